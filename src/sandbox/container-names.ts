// A container is named after the process that started it, so that one whose process died can be told from one at work,
// also by another process on the same engine.
import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import type { ContainerEngine } from './container-engine.ts'
import { readProcess } from './process-tree.ts'

/** What the names of all containers of this process begin with. */
export function containerPrefix(): string {
  return `${machinePrefix()}${process.pid}-${readProcess(process.pid)?.started ?? 0}-`
}

/**
 * Removes what belongs to no living process of this machine. Throws `infrastructure`/`sandbox_broke` when the engine
 * does not answer.
 */
export async function removeLeftContainers(engine: ContainerEngine): Promise<void> {
  const { stdout } = await engine.ask([
    ...['ps', '--all', '--format', '{{.Names}}', '--filter', `name=${machinePrefix()}`],
  ])
  const left = stdout.split('\n').filter((name) => name.startsWith(machinePrefix()) && !isAtWork(name))
  if (left.length > 0) await engine.ask(['rm', '--force', '--volumes', ...left])
}

/** Containers of other machines may be on the same engine; who works there cannot be seen from here. */
function machinePrefix(): string {
  return `draftsmith-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`
}

function isAtWork(name: string): boolean {
  const [pid = '', started] = name.slice(machinePrefix().length).split('-')
  return readProcess(Number(pid))?.started === started
}
