// The figures of `GET /metrics`. Those named `draftsmith_process_…` are this process's own since its start; all others of ours are
// the whole deployment's, read from the database at the scrape and the same from every process.
// No label names a repository, an issue or a run: their number has no bound.
import type { Logger } from 'pino'
import type { Stage } from '../run/run.ts'
import type { StageResult } from '../trace/watch-stage.ts'
import type { ReadFleet } from './fleet.ts'

export interface Metrics {
  /** In Prometheus' text format. Never throws: where the database does not answer, its figures are left out and `draftsmith_database_up` is 0. */
  read(): Promise<{ contentType: string; body: string }>
  stageEnded(ended: { stage: Stage; seconds: number; result: StageResult }): void
  /** `code` of the fault, one of the port's. */
  modelFailed(code: string): void
  gitHubLimited(limit: 'primary' | 'secondary'): void
}

export function createMetrics({ readFleet, log }: { readFleet: ReadFleet; log: Logger }): Metrics {
  let loaded: ReturnType<typeof load> | undefined
  // When something is told or asked: a process that idles does without the library, which takes megabytes.
  const instruments = () => {
    loaded ??= load()
    return loaded
  }
  const tell = (what: (own: Awaited<ReturnType<typeof load>>['own']) => void) =>
    void instruments().then(({ own }) => what(own))
  return {
    async read() {
      const { own, describeFleet } = await instruments()
      const fleet = describeFleet(await answered(readFleet, log))
      const [ofProcess, ofFleet] = await Promise.all([own.registry.metrics(), fleet.metrics()])
      return { contentType: own.registry.contentType, body: `${ofFleet}\n${ofProcess}` }
    },
    stageEnded: ({ stage, seconds, result }) => tell(({ stages }) => stages.observe({ stage, result }, seconds)),
    modelFailed: (code) => tell(({ modelFailures }) => modelFailures.inc({ code })),
    gitHubLimited: (limit) => tell(({ gitHubLimits }) => gitHubLimits.inc({ limit })),
  }
}

async function load() {
  const [{ openProcessInstruments }, { describeFleet }] = await Promise.all([
    import('./process-instruments.ts'),
    import('./describe-fleet.ts'),
  ])
  return { own: openProcessInstruments(), describeFleet }
}

async function answered(readFleet: ReadFleet, log: Logger) {
  try {
    return await readFleet()
  } catch (err) {
    log.warn({ err }, 'the figures of all runs could not be read')
    return undefined
  }
}
