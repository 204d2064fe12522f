// Each process reckons with what its own answers tell, and looks from time to time at what the others were told.
import type { Logger } from 'pino'
import type { CallBudget, Standing, StandingStore } from './call-budget.ts'

export interface SharedCallBudgetOptions {
  store: StandingStore
  log: Logger
  /** Milliseconds since 1970. */
  now(): number
  /** Between two looks, and between two writes. Milliseconds. */
  everyMs?: number
}

/** Windows whose ends lie closer together are one: answers round to seconds, and servers' clocks differ. */
export const sameWindowMs = 60_000

/** Share of an hour's calls that is left to people's answers. */
const reserve = 0.2

export function isLow({ limit, remaining }: Standing): boolean {
  return remaining < limit * reserve
}

interface Known {
  standing: Standing | undefined
  readAt: number
  writtenAt: number
  /** Whether the others have been told that it is low. */
  toldLow: boolean
  reading: Promise<void> | undefined
}

export function createSharedCallBudget(options: SharedCallBudgetOptions): CallBudget {
  const { store, log, now, everyMs = 10_000 } = options
  const all = new Map<number, Known>()

  const knownOf = (id: number): Known => {
    const known = all.get(id) ?? {
      standing: undefined,
      readAt: Number.NEGATIVE_INFINITY,
      writtenAt: Number.NEGATIVE_INFINITY,
      toldLow: false,
      reading: undefined,
    }
    all.set(id, known)
    return known
  }

  /** Where the database does not answer, the own answers have to do. */
  async function read(id: number, known: Known): Promise<void> {
    known.readAt = now()
    try {
      known.standing = joined(known.standing, await store.read(id))
    } catch (err) {
      log.warn({ err }, "what is left of GitHub's calls could not be read")
    }
  }

  function write(id: number, known: Known, standing: Standing): void {
    known.writtenAt = now()
    known.toldLow = isLow(standing)
    store
      .join(id, standing)
      .catch((err: unknown) => log.warn({ err }, "what is left of GitHub's calls could not be written"))
  }

  return {
    async standing(id) {
      const known = knownOf(id)
      if (now() - known.readAt >= everyMs)
        known.reading = read(id, known).finally(() => {
          known.reading = undefined
        })
      await known.reading
      return stillHolds(known.standing, now())
    },
    note(id, told) {
      const known = knownOf(id)
      const standing = joined(known.standing, told) ?? told
      known.standing = standing
      const becameLow = isLow(standing) && !known.toldLow
      if (becameLow || standing.remaining === 0 || now() - known.writtenAt >= everyMs) write(id, known, standing)
    },
    close(id, until) {
      const known = knownOf(id)
      // Nothing else may be known yet: of its calls an installation has some left then.
      const standing = { ...(known.standing ?? { limit: 1, remaining: 1, resetsAt: until }), closedUntil: until }
      known.standing = standing
      write(id, known, standing)
    },
  }
}

/** Of one window the least that remains, of two the newer one; the later of two closings. */
function joined(a: Standing | undefined, b: Standing | undefined): Standing | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const [older, newer] = a.resetsAt <= b.resetsAt ? [a, b] : [b, a]
  const closedUntil = Math.max(a.closedUntil ?? 0, b.closedUntil ?? 0) || undefined
  if (newer.resetsAt - older.resetsAt > sameWindowMs) return { ...newer, closedUntil }
  return { ...newer, remaining: Math.min(a.remaining, b.remaining), closedUntil }
}

function stillHolds(standing: Standing | undefined, now: number): Standing | undefined {
  if (standing === undefined) return undefined
  const closed = (standing.closedUntil ?? 0) > now
  if (standing.resetsAt > now) return closed ? standing : { ...standing, closedUntil: undefined }
  return closed ? { ...standing, remaining: standing.limit } : undefined
}
