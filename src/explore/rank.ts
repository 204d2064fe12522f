// Which files the task is most likely about. Whole numbers and a fixed order: equal input ranks equally everywhere.
import { posix } from 'node:path'
import type { WorkTree } from '../agent/work-tree.ts'

export interface RankedFile {
  path: string
  score: number
  /** The strongest reason, for people. */
  reason: string
  /** Lines with hits, from 1. */
  hits: number[]
}

export interface RankOptions {
  files: string[]
  mentioned: string[]
  terms: string[]
  search: WorkTree['search']
  /** Documents weigh as much as code when the task is about them. */
  aboutDocuments: boolean
}

const hitLimit = 300
const weights = { named: 100, namedByEnd: 60, defines: 40, fileName: 12, maxHits: 5 }

/** Files with any reason to be shown, the strongest first, and the terms that were found nowhere. */
export async function rankFiles(options: RankOptions): Promise<{ ranked: RankedFile[]; notFound: string[] }> {
  const ranked = new Map<string, RankedFile & { best: number }>()
  const add = (path: string, points: number, reason: string, hits: number[] = []) => {
    const known = ranked.get(path) ?? { path, score: 0, reason, hits: [], best: 0 }
    const stronger = points > known.best
    ranked.set(path, {
      path,
      score: known.score + points,
      reason: stronger ? reason : known.reason,
      best: Math.max(known.best, points),
      hits: [...known.hits, ...hits],
    })
  }
  for (const mention of options.mentioned) addMentioned(mention, options.files, add)
  const notFound: string[] = []
  for (const term of options.terms) {
    if (!(await addTerm(term, options, add))) notFound.push(term)
  }
  const scored = [...ranked.values()].map((file) => ({ ...file, score: weigh(file, options.aboutDocuments) }))
  return { ranked: scored.sort(byScore).map(({ best: _, ...file }) => file), notFound }
}

type Add = (path: string, points: number, reason: string, hits?: number[]) => void

function addMentioned(mention: string, files: string[], add: Add): void {
  const path = posix.normalize(mention.replace(/^\.?\//, ''))
  if (files.includes(path)) {
    add(path, weights.named, 'named in the issue')
    return
  }
  const ending = files.filter((file) => file.endsWith(`/${path}`))
  for (const file of ending.slice(0, 3)) add(file, weights.namedByEnd, `its name ends in ${path}`)
}

async function addTerm(term: string, { search, files }: RankOptions, add: Add): Promise<boolean> {
  const known = new Set(files)
  const { hits, ignoreCase } = await searchTerm(term, search, (path) => known.has(path))
  const byFile = Map.groupBy(hits, ({ path }) => path)
  const rarity = byFile.size <= 3 ? 8 : byFile.size <= 10 ? 4 : 1
  for (const [path, found] of byFile) {
    const lines = found.map(({ line }) => line)
    add(path, rarity * Math.min(found.length, weights.maxHits), `mentions ${term}`, lines)
    if (found.some(({ text }) => defines(term, text, ignoreCase))) add(path, weights.defines, `defines ${term}`)
  }
  const word = term.toLowerCase()
  const named = files.filter((path) => posix.basename(path).toLowerCase().startsWith(word))
  for (const path of named.slice(0, 5)) add(path, weights.fileName, `is named after ${term}`)
  return hits.length > 0 || named.length > 0
}

async function searchTerm(term: string, search: WorkTree['search'], accepts: (path: string) => boolean) {
  for (const ignoreCase of [false, true]) {
    const found = await search({ pattern: term, regex: false, ignoreCase, accepts, limit: hitLimit })
    if (found.kind === 'found' && found.hits.length > 0) return { hits: found.hits, ignoreCase }
  }
  return { hits: [], ignoreCase: false }
}

function defines(term: string, line: string, ignoreCase: boolean): boolean {
  const name = term.replace(/\(\)$/, '')
  if (!/^[\w$]+$/.test(name)) return false
  const escaped = name.replaceAll('$', '\\$')
  const declaration = `\\b(function\\*?|class|const|let|var|def|interface|type|enum)\\s+${escaped}(?![\\w$])`
  const method = `^\\s*(?:(?:public|private|protected|static|async|get|set)\\s+)*${escaped}\\s*\\([^)]*\\)\\s*(?::[^{]+)?{\\s*$`
  return [declaration, method].some((pattern) => new RegExp(pattern, ignoreCase ? 'i' : '').test(line))
}

function weigh(file: RankedFile, aboutDocuments: boolean): number {
  const isDocument = /\.(md|mdx|rst|txt|adoc)$/i.test(file.path)
  return isDocument && !aboutDocuments ? Math.floor(file.score / 4) : file.score
}

function byScore(a: RankedFile, b: RankedFile): number {
  return b.score - a.score || (a.path < b.path ? -1 : 1)
}
