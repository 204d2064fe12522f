// What GitHub could not hand over: this process was away, or its database. GitHub keeps such deliveries for some days and does not
// send them again by itself (docs.github.com/webhooks/using-webhooks/handling-failed-webhook-deliveries).
import type { Logger } from 'pino'
import { z } from 'zod'
import { toFault } from '../errors.ts'
import type { DeliveryFacts, GitHubApp } from '../github/github.ts'
import type { Duty, RoundEnd } from './duty.ts'

export interface RedeliverOptions {
  github: Pick<GitHubApp, 'deliveries' | 'redeliver'>
  everyMs: number
  log: Logger
  now(): Date
}

const minute = 60_000
/** GitHub's own limit for sending again. */
const keptMs = 3 * 24 * 60 * minute
/** A delivery may be listed before it is answered, and after a later one. */
const settlesWithinMs = minute / 2
const overlapMs = 10 * minute
/** What is refused so often will be refused again: a wrong secret, an event that we cannot read. */
const mostTries = 5

const memorySchema = z.object({
  /** Everything before was looked at. */
  upTo: z.coerce.date(),
  /** By guid. */
  lost: z.record(z.string(), z.object({ id: z.number(), tries: z.number(), nextAt: z.coerce.date() })),
})
type Memory = z.infer<typeof memorySchema>

export function createRedeliverLost(options: RedeliverOptions): Duty {
  return { name: 'redeliver', everyMs: options.everyMs, round: (memory, signal) => round(options, memory, signal) }
}

async function round(options: RedeliverOptions, remembered: unknown, signal: AbortSignal): Promise<RoundEnd> {
  const now = options.now()
  const earliest = new Date(now.getTime() - keptMs)
  const { upTo, lost } = memorySchema.safeParse(remembered).data ?? { upTo: earliest, lost: {} }
  const since = new Date(Math.max(earliest.getTime(), upTo.getTime() - overlapMs))
  const known = withNews(lost, await options.github.deliveries(since), now)
  let again = 0
  for (const [guid, { id, tries, nextAt }] of Object.entries(known)) {
    if (signal.aborted) return { found: { again } }
    if (nextAt > now) continue
    if (await sendAgain(id, options)) again += 1
    known[guid] = { id, tries: tries + 1, nextAt: new Date(now.getTime() + 2 ** tries * 5 * minute) }
    if (tries + 1 < mostTries) continue
    delete known[guid]
    options.log.warn({ delivery: guid, tries: mostTries }, 'a delivery is sent again for the last time')
  }
  return { memory: { upTo: now, lost: known } satisfies Memory, found: { again } }
}

/** What was lost so far and has not been taken since, and what is lost by now. What comes in attempts alone that were asked for was given up. */
function withNews(lost: Memory['lost'], deliveries: DeliveryFacts[], now: Date): Memory['lost'] {
  const attempts = Map.groupBy(deliveries, ({ guid }) => guid)
  const taken = (guid: string) => attempts.get(guid)?.some((attempt) => attempt.taken) === true
  const known = Object.fromEntries(Object.entries(lost).filter(([guid]) => !taken(guid)))
  for (const [guid, all] of attempts) {
    const [newest] = all
    const settled = newest !== undefined && now.getTime() - newest.at.getTime() > settlesWithinMs
    if (!settled || taken(guid) || guid in lost || all.every(({ redelivery }) => redelivery)) continue
    known[guid] = { id: newest.id, tries: 0, nextAt: now }
  }
  return known
}

/** What GitHub does not keep any more is no reason to leave the others. */
async function sendAgain(id: number, { github, log }: RedeliverOptions): Promise<boolean> {
  try {
    await github.redeliver(id)
    return true
  } catch (thrown) {
    const fault = toFault(thrown)
    if (fault.class === 'infrastructure') throw fault
    log.warn({ err: fault, id }, 'a delivery could not be sent again')
    return false
  }
}
