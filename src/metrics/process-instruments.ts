// What this process alone can tell: how long its stages took, what failed on the way to model and GitHub, and its own memory and CPU.
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

export interface ProcessInstruments {
  registry: Registry
  stages: Histogram<'stage' | 'result'>
  modelFailures: Counter<'code'>
  gitHubLimits: Counter<'limit'>
}

/** From a look at an issue to the whole work of a long run. */
const stageSeconds = [0.5, 2, 5, 15, 30, 60, 120, 300, 600, 1_200, 2_700, 5_400]

export function openProcessInstruments(): ProcessInstruments {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    stages: new Histogram({
      name: 'draftsmith_process_stage_seconds',
      help: 'How long stages took that this process worked on, in seconds; what was answered from the record is left out.',
      labelNames: ['stage', 'result'],
      buckets: stageSeconds,
      registers,
    }),
    modelFailures: new Counter({
      name: 'draftsmith_process_model_failures_total',
      help: 'Model calls of this process that failed, by the code of the fault.',
      labelNames: ['code'],
      registers,
    }),
    gitHubLimits: new Counter({
      name: 'draftsmith_process_github_limited_total',
      help: 'Calls of this process that met a rate limit of GitHub, by the kind of limit.',
      labelNames: ['limit'],
      registers,
    }),
  }
}
