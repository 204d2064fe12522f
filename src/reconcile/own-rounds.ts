// For what every process looks after by itself, such as its own disk.
import type { Upkeep } from '../run/upkeep.ts'

export function ownRounds(now: () => Date): Upkeep['begin'] {
  const dueAt = new Map<string, number>()
  return async (duty, { everyMs }) => {
    const begin = now().getTime()
    if (begin < (dueAt.get(duty) ?? 0)) return undefined
    dueAt.set(duty, begin + everyMs)
    return { memory: undefined, renew: async () => true, done: async () => {} }
  }
}
