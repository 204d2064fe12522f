// Answers to commands that could not be said at once: GitHub was away, or the process died.
import type { Logger } from 'pino'
import { toFault } from '../errors.ts'
import type { OwedReply, Replies } from '../run/replies.ts'
import type { Duty, RoundEnd } from './duty.ts'

export interface TellRepliesOptions {
  replies: Pick<Replies, 'takeNext'>
  /** Says it, and notes that. Throws where it cannot be said now. */
  tell(owed: OwedReply): Promise<void>
  everyMs: number
  log: Logger
}

export function createTellReplies(options: TellRepliesOptions): Duty {
  return { name: 'tell-replies', everyMs: options.everyMs, round: (_, signal) => round(options, signal) }
}

async function round({ replies, tell, log }: TellRepliesOptions, signal: AbortSignal): Promise<RoundEnd> {
  const found = { told: 0, failed: 0 }
  while (!signal.aborted) {
    const owed = await replies.takeNext()
    if (owed === undefined) break
    try {
      await tell(owed)
      found.told += 1
    } catch (thrown) {
      found.failed += 1
      log.warn({ err: toFault(thrown), ...owed.place }, 'a command cannot be answered still')
    }
  }
  return { found }
}
