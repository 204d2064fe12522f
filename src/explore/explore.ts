// Stage 6: search first, then rank by rule. The model asks for more through its tools.
import type { WorkTree } from '../agent/work-tree.ts'
import type { TaskContract } from '../task/contract.ts'
import { isGeneratedFile, isTestFile } from '../toolchain/commands.ts'
import { isNamedAfter, testsOf } from '../toolchain/targeted.ts'
import type { RepositorySnapshot } from '../toolchain/toolchain.ts'
import type { ContextFile, ContextPacket } from './context-packet.ts'
import { fileParts, mentionParts } from './file-parts.ts'
import { type RankedFile, rankFiles, strongOnes } from './rank.ts'
import { repositoryMap } from './repository-map.ts'

export interface ExploreOptions {
  contract: Pick<TaskContract, 'affectedFiles' | 'searchTerms' | 'taskType'>
  /** Instruction files are shown apart and need no place in the packet. */
  snapshot: Pick<RepositorySnapshot, 'ecosystems'> & Partial<Pick<RepositorySnapshot, 'instructions'>>
  /** Shows no file that holds credentials, and follows no link. */
  tree: Pick<WorkTree, 'list' | 'readText' | 'search'>
  /** Files in the packet; default 10. */
  maxFiles?: number
}

const maxTests = 3
/** Tests that are compared before some are chosen: where all import one entry, being near says little. */
const comparedTests = 100
/**
 * Most of the packet, of its first file, of any other, of a test, which is there for its style and its place, of a test after the
 * first, of a weak file that only mentions a term; weak files are added only up to `enough`, and none for less than `least`.
 */
const bytes = {
  packet: 24 * 1024,
  first: 12 * 1024,
  other: 6 * 1024,
  test: 4 * 1024,
  furtherTest: 2 * 1024,
  mention: 1536,
  enough: 4 * 1024,
  least: 1024,
}

/** The files that the task is most likely about, and tests of theirs. Empty `files` when nothing at all was found. Never throws for what a file holds. */
export async function explore(options: ExploreOptions): Promise<ContextPacket> {
  const { contract, snapshot, tree } = options
  const listed = await tree.list()
  const files = listed.filter((path) => !isGeneratedFile(snapshot, path))
  const told = new Set(snapshot.instructions?.map(({ path }) => path))
  const { ranked, notFound } = await rankFiles({
    files: files.filter((path) => !told.has(path) && !isBenchmark(path)),
    mentioned: contract.affectedFiles,
    terms: contract.searchTerms,
    search: tree.search,
    aboutDocuments: contract.taskType === 'documentation',
  })
  return { files: await show(await choose(ranked, files, options), options), map: repositoryMap(files), notFound }
}

/** They name much and show nothing of what is right. Of one that the issue names, the mention is enough for the planner to read it. */
function isBenchmark(path: string): boolean {
  return /(^|[/_.-])bench(mark)?s?([/_.-]|$)/i.test(path)
}

interface Chosen {
  strong: RankedFile[]
  /** For the places that are left, where the packet is small. */
  weak: RankedFile[]
}

/** Places are kept for tests of the strongest sources, also when no term is in them. */
async function choose(ranked: RankedFile[], files: string[], options: ExploreOptions): Promise<Chosen> {
  const { snapshot, maxFiles = 10 } = options
  const isTest = (path: string) => isTestFile(snapshot, path)
  const strong = strongOnes(ranked, isTest)
  const sources = strong.filter(({ path }) => !isTest(path)).map(({ path }) => path)
  const strongest = sources.slice(0, 3)
  const related = strongest.length === 0 ? [] : await testsNear(strongest, files, { ...options, isTest })
  const isNamed = ({ path }: RankedFile) => strongest.some((source) => isNamedAfter(path, source))
  const tests = related
    .map((path) => ranked.find((file) => file.path === path) ?? testFile(path))
    .sort((a, b) => Number(isNamed(b)) - Number(isNamed(a)) || b.score - a.score)
  const best = Math.max(0, ...tests.map(({ score }) => score))
  const telling = tests.filter((test) => (test.score > 0 && test.score * 4 >= best) || isNamed(test))
  const shownTests = (telling.length > 0 ? telling : tests.slice(0, 1)).slice(0, maxTests)
  const others = strong.filter((file) => !shownTests.includes(file))
  const first = [...others.slice(0, Math.max(1, maxFiles - shownTests.length)), ...shownTests].slice(0, maxFiles)
  const rest = [...ranked, ...tests.slice(0, maxTests)].filter(
    (file, at, all) => !first.includes(file) && all.indexOf(file) === at,
  )
  return { strong: first, weak: rest.slice(0, maxFiles - first.length) }
}

async function testsNear(
  changed: string[],
  files: string[],
  { tree, isTest }: ExploreOptions & { isTest: (path: string) => boolean },
): Promise<string[]> {
  const read = async (path: string) => {
    const found = await tree.readText(path)
    return found.kind === 'text' ? found.text : undefined
  }
  return testsOf({ changed, files: files.filter((path) => !isBenchmark(path)), read, isTest, limit: comparedTests })
}

function testFile(path: string): RankedFile {
  return { path, score: 0, reason: 'tests what is affected', named: false, hits: [] }
}

/** Until the packet is full: everything in it is paid with every request of the planner. */
async function show({ strong, weak }: Chosen, { tree, snapshot }: ExploreOptions): Promise<ContextFile[]> {
  const shown: ContextFile[] = []
  let used = 0
  for (const file of [...strong, ...weak]) {
    const left = (strong.includes(file) ? bytes.packet : bytes.enough) - used
    const test = isTestFile(snapshot, file.path)
    const most = Math.min(left, mostOf(test, shown))
    const found = await tree.readText(file.path)
    if (found.kind !== 'text' || left < bytes.least) continue
    const { lines, parts } =
      strong.includes(file) || !onlyMentions(file)
        ? fileParts(found.text, file.hits, most)
        : mentionParts(found.text, file.hits, Math.min(most, bytes.mention))
    if (parts.length === 0) continue
    used += parts.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
    shown.push({ path: file.path, reason: file.reason, test, lines, parts })
  }
  return shown
}

/** Who only uses what others define: how it does is enough to begin with. */
function onlyMentions({ hits, named }: RankedFile): boolean {
  return !named && hits.length > 0 && !hits.some(({ defines }) => defines)
}

function mostOf(test: boolean, shown: ContextFile[]): number {
  if (shown.length === 0) return bytes.first
  if (!test) return bytes.other
  return shown.some((one) => one.test) ? bytes.furtherTest : bytes.test
}
