// Each write waits for its turn among those of all processes, outside of the process's own line of writes.
import { setTimeout as sleep } from 'node:timers/promises'
import { throttling } from '@octokit/plugin-throttling'
import type { Logger } from 'pino'
import type { WriteTurns } from './write-turns.ts'

export interface PacedWrites {
  installationId: number
  turns: WriteTurns
  /** Least time between two writes; comments and pull requests wait three times as long. */
  spacingMs: number
  log: Logger
}

/** A plugin of Octokit's; its option is `paced`. */
export function pacedWrites(
  octokit: Parameters<typeof throttling>[0],
  options: { paced?: PacedWrites | undefined; [option: string]: unknown },
): void {
  const { paced } = options
  if (paced !== undefined) octokit.hook.before('request', (asked) => awaitTurn(asked, paced))
}

/** What is told of a request before it is made; `url` may hold names in braces. */
interface Asked {
  method: string
  url: string
}

/** Where the database does not answer, the process's own line has to do. */
async function awaitTurn({ method, url }: Asked, paced: PacedWrites): Promise<void> {
  const { installationId, turns, spacingMs: writeMs, log } = paced
  const { pathname } = new URL(url, 'https://api.github.com')
  if (method === 'GET' || method === 'HEAD' || pathname === '/installation/token') return
  const notifies = throttling.triggersNotification(pathname)
  try {
    const waitMs = await turns.next(installationId, { writeMs, ...(notifies && { notifyMs: 3 * writeMs }) })
    if (waitMs > 0) await sleep(waitMs)
  } catch (err) {
    log.warn({ err }, 'whose turn it is to write to GitHub could not be asked')
  }
}
