// Where no kernel limit holds: look at the tree of processes ten times a second, and name the limit that it passed. A
// burst between two looks passes unseen, which `doctor` says.
import { processTree } from './process-tree.ts'
import type { ResourceLimits } from './sandbox.ts'

export type WatchedLimit = 'memory' | 'processes'

/** Answers the limit that the tree below `root` has passed, among those that are watched. */
export function passedLimit(
  root: number | undefined,
  watched: WatchedLimit[],
  limits: ResourceLimits,
): WatchedLimit | undefined {
  if (root === undefined) return undefined
  const tree = processTree(root)
  if (watched.includes('processes') && tree.length > limits.processes) return 'processes'
  const resident = tree.reduce((sum, { residentBytes }) => sum + residentBytes, 0)
  return watched.includes('memory') && resident > limits.memoryBytes ? 'memory' : undefined
}
