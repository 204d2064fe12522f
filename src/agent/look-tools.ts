import { z } from 'zod'
import { defines } from '../explore/definitions.ts'
import { compileGlob, expandBraces } from '../policy/glob-matcher.ts'
import { nearestPaths } from '../policy/nearest-paths.ts'
import { defineTool, failed, refused, type Tool, type ToolAnswer } from './tools.ts'
import type { Refusal, SearchResult, WorkTree } from './work-tree.ts'

const listedPaths = 200
const shownHits = 60
const hitWidth = 200
const readLines = 400
const readBytes = 16 * 1024

/** `list_files`, `search`, `read_file`. */
export function createLookTools(tree: WorkTree): Tool[] {
  return [listFiles(tree), search(tree), readFile(tree)]
}

function listFiles(tree: WorkTree): Tool {
  return defineTool({
    name: 'list_files',
    description: 'Lists files by glob or folder; everything without one.',
    kind: 'observe',
    input: z.strictObject({ glob: z.string().max(300).optional() }),
    async run({ glob }) {
      const accepts = acceptsOf(glob)
      if (!accepts) return failed(tooIntricate)
      const paths = (await tree.list()).filter(accepts)
      if (paths.length === 0) return failed(glob ? `No file matches ${glob}.` : 'There are no files.')
      return { text: paths.length > listedPaths ? folded(paths) : paths.join('\n') }
    },
  })
}

function search(tree: WorkTree): Tool {
  return defineTool({
    name: 'search',
    description: 'Finds lines, as path:line:text. Literal unless regex is true.',
    kind: 'observe',
    input: z.strictObject({
      pattern: z.string().min(1).max(300),
      glob: z.string().max(300).optional(),
      regex: z.boolean().optional(),
      ignoreCase: z.boolean().optional(),
    }),
    async run({ pattern, glob, regex = false, ignoreCase = false }) {
      const accepts = acceptsOf(glob)
      if (!accepts) return failed(tooIntricate)
      const found = await tree.search({ pattern, regex, ignoreCase, accepts, limit: shownHits })
      return found.kind === 'refused' ? refused(found) : { text: hitLines(found) }
    },
  })
}

function readFile(tree: WorkTree): Tool {
  return defineTool({
    name: 'read_file',
    description: `Reads a file, its lines start to end (from 1), or those around a name. At most ${readLines} lines.`,
    kind: 'observe',
    input: z.strictObject({
      path: z.string().max(300),
      start: z.coerce.number().int().min(1).optional(),
      end: z.coerce.number().int().min(1).optional(),
      around: z.string().min(1).max(300).optional(),
    }),
    async run({ path, start, end = Infinity, around }) {
      const read = await tree.readText(path)
      if (read.kind === 'refused') return refused(await withSuggestion(tree, path, read))
      if (around === undefined || start !== undefined) return excerpt(path, read.text, { start: start ?? 1, end })
      const place = placeOf(around, read.text)
      return place === undefined ? failed(`${path} does not hold ${around}.`) : excerpt(path, read.text, place)
    },
  })
}

/** From the definition on where there is one, else on both sides of the first place that names it. */
function placeOf(name: string, text: string): { start: number; end: number } | undefined {
  const lines = text.split('\n')
  const defined = lines.findIndex((line) => line.includes(name) && defines(name, line, false))
  const at = defined >= 0 ? defined : lines.findIndex((line) => line.includes(name))
  if (at < 0) return undefined
  return { start: Math.max(1, at - (defined >= 0 ? 4 : 24)), end: at + (defined >= 0 ? 60 : 26) }
}

/** One header with the range instead of a number on each line: numbers cost tokens, and come back inside edits. */
function excerpt(path: string, text: string, range: { start: number; end: number }): ToolAnswer {
  if (text === '') return { text: `${path} is empty.` }
  const lines = text.replace(/\n$/, '').split('\n')
  if (range.start > lines.length) return failed(`${path} has ${lines.length} lines.`)
  const wanted = lines.slice(range.start - 1, Math.min(range.end, range.start - 1 + readLines))
  const fitting = withinBytes(wanted)
  const last = range.start + fitting.length - 1
  const whole = range.start === 1 && last === lines.length
  const header = whole ? `${path}, ${lines.length} lines` : `${path}, lines ${range.start}–${last} of ${lines.length}`
  return { text: `${header}\n${fitting.join('\n')}` }
}

function withinBytes(lines: string[]): string[] {
  let bytes = 0
  const fitting = lines.findIndex((line) => {
    bytes += Buffer.byteLength(line) + 1
    return bytes > readBytes
  })
  if (fitting === -1) return lines
  return fitting > 0 ? lines.slice(0, fitting) : [`${lines[0]?.slice(0, readBytes / 4)}… (the line is longer)`]
}

/** Whoever has the wrong folder usually has the right name. */
async function withSuggestion(
  tree: WorkTree,
  path: string,
  { rule, message }: Refusal,
): Promise<Omit<Refusal, 'kind'>> {
  if (rule !== 'not_found') return { rule, message }
  const near = nearestPaths(path, new Set(await tree.list()))
  return { rule, message: near.length > 0 ? `${message} There is: ${near.join(', ')}` : message }
}

function hitLines({ hits, more, hidden }: SearchResult): string {
  const lines = hits.map(({ path, line, text }) => `${path}:${line}:${text.slice(0, hitWidth)}`)
  if (more) lines.push(`… more than ${shownHits} hits: narrow the pattern or give a glob.`)
  if (hidden.length > 0) lines.push(`Not shown, since they hold credentials: ${hidden.join(', ')}`)
  return lines.length > 0 ? lines.join('\n') : 'No hits.'
}

const tooIntricate = 'The glob has too many stars or alternatives.'
const mostAlternatives = 16

/** A glob, a folder or a path; a glob without a slash matches in every folder. Undefined when it is too intricate to be tried on many paths. */
function acceptsOf(glob = ''): ((path: string) => boolean) | undefined {
  const wanted = glob.replace(/^\.?\/+/, '').replace(/\/+$/, '')
  if (wanted === '' || wanted === '.') return () => true
  const parts = wanted.split('/')
  if (parts.some((part) => part.split('*').length > 4) || wanted.split('**').length > 4) return undefined
  if ((expandBraces(wanted)?.length ?? Infinity) > mostAlternatives) return undefined
  const matches = compileGlob(parts.length === 1 ? `**/${wanted}` : wanted)
  return (path) => matches(path) || path === wanted || path.startsWith(`${wanted}/`)
}

/** Folders with their counts, as deep as the bound allows. */
function folded(paths: string[]): string {
  for (const depth of [4, 3, 2, 1]) {
    const counts = new Map<string, number>()
    for (const path of paths) {
      const parts = path.split('/')
      const key = parts.length > depth ? `${parts.slice(0, depth).join('/')}/` : path
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    if (counts.size > listedPaths && depth > 1) continue
    const lines = [...counts].map(([key, count]) => (key.endsWith('/') ? `${key} (${count} files)` : key))
    return [`${paths.length} files; give a glob to see more`, ...lines.slice(0, listedPaths)].join('\n')
  }
  return ''
}
