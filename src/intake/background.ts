// Work that goes on after a webhook was answered, so that a stopping process can wait for it.
import type { Logger } from 'pino'

export interface Background {
  /** Starts at once. What it throws is logged under that name. */
  start(name: string, work: () => Promise<void>): void
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>
}

export function createBackground(log: Logger): Background {
  const underWay = new Set<Promise<void>>()
  return {
    start(name, work) {
      const ending = work()
        .catch((err: unknown) => log.error({ err }, `could not ${name}`))
        .finally(() => underWay.delete(ending))
      underWay.add(ending)
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
