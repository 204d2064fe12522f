// Stage 6: search first, then rank by rule. The model asks for more through its tools.
import type { WorkTree } from '../agent/work-tree.ts'
import type { TaskContract } from '../task/contract.ts'
import { isGeneratedFile, isTestFile } from '../toolchain/commands.ts'
import { testsOf } from '../toolchain/targeted.ts'
import type { RepositorySnapshot } from '../toolchain/toolchain.ts'
import type { ContextFile, ContextPacket } from './context-packet.ts'
import { fileParts } from './file-parts.ts'
import { type RankedFile, rankFiles } from './rank.ts'
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

const maxTests = 4

/** The files that the task is most likely about, and tests of theirs. Empty `files` when nothing at all was found. Never throws for what a file holds. */
export async function explore(options: ExploreOptions): Promise<ContextPacket> {
  const { contract, snapshot, tree, maxFiles = 10 } = options
  const listed = await tree.list()
  const files = listed.filter((path) => !isGeneratedFile(snapshot, path))
  const told = new Set(snapshot.instructions?.map(({ path }) => path))
  const { ranked, notFound } = await rankFiles({
    files: files.filter((path) => !told.has(path)),
    mentioned: contract.affectedFiles,
    terms: contract.searchTerms,
    search: tree.search,
    aboutDocuments: contract.taskType === 'documentation',
  })
  const chosen = await withTests(ranked, files, options, maxFiles)
  const shown = await Promise.all(chosen.map((file) => show(file, options)))
  return { files: shown.filter((file) => file !== undefined), map: repositoryMap(files), notFound }
}

/** Places are kept for tests of the strongest sources, also when no term is in them. */
async function withTests(
  ranked: RankedFile[],
  files: string[],
  options: ExploreOptions,
  maxFiles: number,
): Promise<RankedFile[]> {
  const isTest = (path: string) => isTestFile(options.snapshot, path)
  const sources = ranked.filter(({ path }) => !isTest(path))
  const strongest = sources.slice(0, 3).map(({ path }) => path)
  const read = async (path: string) => {
    const found = await options.tree.readText(path)
    return found.kind === 'text' ? found.text : undefined
  }
  const related =
    strongest.length === 0 ? [] : await testsOf({ changed: strongest, files, read, isTest, limit: maxTests })
  const tests = related.map((path) => ranked.find((file) => file.path === path) ?? testFile(path))
  const others = ranked.filter((file) => !tests.includes(file)).slice(0, Math.max(1, maxFiles - tests.length))
  return [...others, ...tests].slice(0, maxFiles)
}

function testFile(path: string): RankedFile {
  return { path, score: 0, reason: 'tests what is affected', hits: [] }
}

async function show(
  { path, reason, hits }: RankedFile,
  { tree, snapshot }: ExploreOptions,
): Promise<ContextFile | undefined> {
  const found = await tree.readText(path)
  if (found.kind !== 'text') return undefined
  return { path, reason, test: isTestFile(snapshot, path), ...fileParts(found.text, hits) }
}
