// The diff as a reviewer reads it: each line with its number in the new file, so that an objection can name it.
import type { TreeChange } from '../publish/publication.ts'
import type { Patch } from '../workspace/workspace.ts'
import { type Hunk, type PatchSection, patchSections } from './patch-sections.ts'

/** Changed code up to this length is shown whole, so that the reviewer sees what the change stands in. */
const longestWhole = { lines: 150, characters: 6_000 }

export interface ShownLine {
  /** In the new file, from 1; a removed line has none. */
  number?: number
  /** With its sign. */
  text: string
}

export interface ShownFile {
  path: string
  /** What became of it: `new file`. */
  state: string
  /** Places that are shown; between them are lines that are not. */
  places: ShownLine[][]
  /** One a place: the head of what it stands in, where git knows it. */
  within?: string[]
}

export interface Shown {
  patch: Patch
  /** With the whole contents, as the patch leaves them. */
  changes: TreeChange[]
  /** Neither test nor document. */
  isCode(path: string): boolean
}

export function shownFiles({ patch, changes, isCode }: Shown): ShownFile[] {
  const texts = new Map(changes.map(({ path, blob }) => [path, blob?.content.toString('utf8')]))
  return patchSections(patch).map((section) => {
    const { path, kind, binary } = section.file
    if (binary) return { path, state: 'binary', places: [] }
    const text = texts.get(path) ?? ''
    return kind === 'modified' && isCode(path) && isShort(text) ? shownWhole(section, text) : shownPlaces(section)
  })
}

function isShort(text: string): boolean {
  return text.length <= longestWhole.characters && text.split('\n').length <= longestWhole.lines
}

function shownWhole({ file: { path }, hunks }: PatchSection, text: string): ShownFile {
  return { path, state: 'changed, shown whole', places: [unfolded(hunks, text.split('\n'))] }
}

const states = { added: 'new file', deleted: 'deleted', modified: 'changed' }

function shownPlaces({ file: { path, kind }, hunks }: PatchSection): ShownFile {
  return { path, state: states[kind], places: hunks.map(numbered), within: hunks.map(headOf) }
}

/** Git's head is what the hunk begins in: where another one begins before the first change, it would mislead. */
function headOf({ within, lines }: Hunk): string {
  const before = lines.slice(
    0,
    Math.max(
      0,
      lines.findIndex((line) => /^[-+]/.test(line)),
    ),
  )
  return before.some((line) => /^ [A-Za-z_$]/.test(line)) ? '' : within
}

function numbered({ start, lines }: Hunk): ShownLine[] {
  let next = start
  return lines.map((text) => (/^[+ ]/.test(text) ? { number: next++, text } : { text }))
}

/** The hunks with every line of the file between them. */
function unfolded(hunks: Hunk[], lines: string[]): ShownLine[] {
  const all = lines.at(-1) === '' ? lines.slice(0, -1) : lines
  const kept = (from: number, to: number) =>
    all.slice(from - 1, to - 1).map((line, at) => ({ number: from + at, text: ` ${line}` }))
  const shown: ShownLine[] = []
  let next = 1
  for (const hunk of hunks) {
    const first = hunk.count === 0 ? hunk.start + 1 : hunk.start
    shown.push(...kept(next, first), ...numbered(hunk))
    next = first + hunk.count
  }
  return [...shown, ...kept(next, all.length + 1)]
}

/** A unified diff with the number of each line of the new file right before its sign, and without the lines that only git needs. */
export function describeDiff(files: ShownFile[]): string {
  return files.map(describeFile).join('\n')
}

function describeFile({ path, state, places, within = [] }: ShownFile): string {
  const shown = places.map((lines, at) => {
    const head = within[at] ? [`in ${within[at]}`] : []
    return [...head, ...lines.map(({ number = '', text }) => `${number}${text}`)].join('\n')
  })
  return [`=== ${path} (${state})`, ...(shown.length > 0 ? [shown.join('\n…\n')] : [])].join('\n')
}
