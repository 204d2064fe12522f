// Which files the task is most likely about. Whole numbers and a fixed order: equal input ranks equally everywhere.
import { posix } from 'node:path'
import type { WorkTree } from '../agent/work-tree.ts'
import { isValue } from '../task/mentions.ts'
import { defines, definesWith, nameOf } from './definitions.ts'
import type { Hit } from './file-parts.ts'

export interface RankedFile {
  path: string
  score: number
  /** The strongest reason, for people. */
  reason: string
  /** True where it is so by what the issue says itself, however few terms are in it. */
  named: boolean
  hits: Hit[]
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
const weights = { named: 100, namedByEnd: 60, defines: 40, definesWith: 16, fileName: 12, maxHits: 3 }
/** Of the strongest file's points; what has less is found by a few common words only. */
const weakest = 0.4

/** Files with any reason to be shown, the strongest first, and the terms that were found nowhere. */
export async function rankFiles(options: RankOptions): Promise<{ ranked: RankedFile[]; notFound: string[] }> {
  const ranked = new Map<string, RankedFile & { best: number }>()
  const add: Add = (path, points, reason, { hits = [], named = false } = {}) => {
    const known = ranked.get(path) ?? { path, score: 0, reason, named, hits: [], best: 0 }
    const stronger = points > known.best
    ranked.set(path, {
      path,
      score: known.score + points,
      reason: stronger ? reason : known.reason,
      named: known.named || named,
      best: Math.max(known.best, points),
      hits: [...known.hits, ...hits],
    })
  }
  for (const mention of options.mentioned) addMentioned(mention, options.files, add)
  const notFound: string[] = []
  for (const term of options.terms.filter(saysMore)) {
    if (!(await addTerm(term, options, add))) notFound.push(term)
  }
  const scored = [...ranked.values()].map(({ best: _, ...file }) => ({
    ...file,
    score: weigh(file, options.aboutDocuments),
  }))
  return { ranked: scored.sort(byScore), notFound }
}

/** `def pop` and `pop` are one term: told twice, a common name would look like a strong one. A value such as `1.5` is in many places and names none. */
function saysMore(term: string, at: number, terms: string[]): boolean {
  if (isValue(term)) return false
  return terms.findIndex((other) => nameOf(other) === nameOf(term)) === at
}

/** Files that stand out. What a name in the issue adds says nothing about how strong the others are. */
export function strongOnes(ranked: RankedFile[], isTest: (path: string) => boolean): RankedFile[] {
  const found = ({ score, named }: RankedFile) => (named ? score - weights.named : score)
  const least = Math.max(0, ...ranked.filter(({ path }) => !isTest(path)).map(found)) * weakest
  return ranked.filter(({ named, score }) => named || score >= least)
}

type Add = (path: string, points: number, reason: string, more?: { hits?: Hit[]; named?: boolean }) => void

function addMentioned(mention: string, files: string[], add: Add): void {
  const path = posix.normalize(mention.replace(/^\.?\//, ''))
  if (files.includes(path)) {
    add(path, weights.named, 'named in the issue', { named: true })
    return
  }
  const ending = files.filter((file) => file.endsWith(`/${path}`))
  for (const file of ending.slice(0, 3)) add(file, weights.namedByEnd, `its name ends in ${path}`, { named: true })
}

async function addTerm(term: string, { search, files, aboutDocuments }: RankOptions, add: Add): Promise<boolean> {
  const known = new Set(files)
  const { hits, more, ignoreCase } = await searchTerm(term, search, (path) => known.has(path))
  const found = hits.map((hit) => ({ ...hit, defines: defines(term, hit.text, ignoreCase) }))
  const byFile = Map.groupBy(found, ({ path }) => path)
  // Cut off, the hits stand for files that were not looked into any more.
  const counted = [...byFile.keys()].filter((path) => aboutDocuments || !isDocument(path)).length
  const mention = rarity(term, more ? files.length : counted)
  const definition = Math.floor(weights.defines / rarityDivisor([...byFile.values()].filter(anyDefines).length))
  for (const [path, inFile] of byFile) {
    const lines = inFile.map(({ line, defines }) => ({ line, defines, points: defines ? definition : mention }))
    add(path, mention * Math.min(inFile.length, weights.maxHits), `mentions ${term}`, { hits: lines })
    if (anyDefines(inFile)) add(path, definition, `defines ${term}`)
  }
  const alike = [...byFile].filter(
    ([, inFile]) => !anyDefines(inFile) && inFile.some(({ text }) => definesWith(term, text)),
  )
  const points = Math.floor(weights.definesWith / rarityDivisor(alike.length))
  for (const [path] of alike) add(path, points, `defines a name with ${term}`)
  const word = term.toLowerCase()
  const named = files.filter((path) => posix.basename(path).toLowerCase().startsWith(word))
  for (const path of named.slice(0, 5)) add(path, weights.fileName, `is named after ${term}`)
  return hits.length > 0 || named.length > 0
}

/** A term that is everywhere says little about where the task is; a plain word such as `value` says little sooner. */
function rarity(term: string, files: number): number {
  const several = /^[a-z]+$/.test(term) ? 1 : 3
  return files <= 3 ? 8 : files <= 10 ? several : 1
}

/** So does a name that many files define, such as a method that a protocol of the language asks for. */
function rarityDivisor(definitions: number): number {
  return definitions <= 2 ? 1 : definitions <= 4 ? 3 : 10
}

function anyDefines(hits: { defines: boolean }[]): boolean {
  return hits.some((hit) => hit.defines)
}

async function searchTerm(term: string, search: WorkTree['search'], accepts: (path: string) => boolean) {
  for (const ignoreCase of [false, true]) {
    const found = await search({ pattern: term, regex: false, ignoreCase, accepts, limit: hitLimit })
    if (found.kind === 'found' && found.hits.length > 0) return { hits: found.hits, more: found.more, ignoreCase }
  }
  return { hits: [], more: false, ignoreCase: false }
}

function weigh(file: RankedFile, aboutDocuments: boolean): number {
  return isDocument(file.path) && !aboutDocuments ? Math.floor(file.score / 4) : file.score
}

function isDocument(path: string): boolean {
  return /\.(md|mdx|rst|txt|adoc)$/i.test(path)
}

function byScore(a: RankedFile, b: RankedFile): number {
  return b.score - a.score || (a.path < b.path ? -1 : 1)
}
