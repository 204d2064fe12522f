// Each process looks after its own disk: what others, or it itself before a crash, left there.
import type { Workspaces } from '../workspace/workspace.ts'
import type { Duty } from './duty.ts'

const everyMs = 10 * 60_000

export function createSweepFolders({ workspaces }: { workspaces: Pick<Workspaces, 'sweep'> }): Duty {
  return {
    name: 'sweep-folders',
    everyMs,
    async round() {
      await workspaces.sweep()
      return { found: {} }
    },
  }
}
