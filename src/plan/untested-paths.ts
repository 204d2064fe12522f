// Which files of a plan change code that no test is near: none is named after it, and none imports it, also over one file between.
import type { Bench } from '../prepare/bench.ts'
import type { TaskContract } from '../task/contract.ts'
import { testsOf } from '../toolchain/targeted.ts'
import type { ReadFile } from '../toolchain/toolchain.ts'
import type { ImplementationPlan } from './plan.ts'

const code = /\.([cm]?[jt]sx?|vue|svelte|py|go|rs|java|kt|groovy|scala|rb|php|cs|fs|vb)$/

/** Nothing where tests cannot be run anyway, and for tasks that change documents or tests. */
export async function untestedPaths(
  { modifications }: ImplementationPlan,
  { taskType }: TaskContract,
  { workspace, snapshot, isTest }: Pick<Bench, 'workspace' | 'snapshot' | 'isTest'>,
): Promise<string[]> {
  if (taskType === 'documentation' || taskType === 'test') return []
  if (!snapshot.checks.some(({ name }) => name === 'test')) return []
  const changed = modifications.filter(({ kind, path }) => kind !== 'create' && code.test(path) && !isTest(path))
  const files = await workspace.files()
  const read = remembered((path) => workspace.readBase(path))
  const near = await Promise.all(changed.map(({ path }) => testsOf({ changed: [path], files, read, isTest, limit: 1 })))
  return changed.filter((_, index) => near[index]?.length === 0).map(({ path }) => path)
}

/** The same tests are looked at for every file. */
function remembered(read: ReadFile): ReadFile {
  const texts = new Map<string, ReturnType<ReadFile>>()
  return (path) => {
    const text = texts.get(path) ?? read(path)
    texts.set(path, text)
    return text
  }
}
