// The model can only write what plan and amendments name. Whatever else changed was left by a command: a report, a cache,
// an installed package that nobody ignores. It stays in the work tree and belongs to no checkpoint.
import type { Workspace } from '../workspace/workspace.ts'

/** Records the work tree: SHA of the base tree with the planned paths as they are now. */
export async function plannedTree(workspace: Workspace, planned: ReadonlySet<string>): Promise<string> {
  const everything = await workspace.checkpoint()
  const { files } = await workspace.diff(everything)
  const strays = files.map(({ path }) => path).filter((path) => !planned.has(path))
  return strays.length === 0 ? everything : workspace.without(everything, strays)
}
