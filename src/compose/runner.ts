// Everything that works on one run.
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { watchProvider } from '../model/watched-provider.ts'
import type { ClaimedRun } from '../run/ledger.ts'
import type { Queue } from '../run/queue.ts'
import { watchSandbox } from '../sandbox/watched-sandbox.ts'
import type { TaskHost } from '../task/task-host.ts'
import { createTaskRunner, type TaskRunner } from '../task-runner.ts'
import type { Spans } from '../trace/spans.ts'
import { watchStages } from '../trace/watch-stage.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import { ceilingsOf, composeProvider, meteredModel } from './model.ts'
import { clock } from './process.ts'
import { composeDependencyCache } from './repositories.ts'
import { composeSandbox, startNotes } from './sandbox.ts'

interface RunnerParts {
  log: Logger
  workspaces: Workspaces
  host(claimed: ClaimedRun): TaskHost
  /** Absent where there is no queue. */
  queue?: Pick<Queue, 'allowAtOnce'>
  spans: Spans
  metrics?: Metrics
}

export function composeRunner(
  config: Config,
  { log, workspaces, host, queue, spans, metrics }: RunnerParts,
): TaskRunner {
  // Recordings are read once, when the process starts, and have nothing to log.
  const recordings = config.model.provider === 'recorded' ? composeProvider(config, log) : undefined
  const ofRun = ({ run }: ClaimedRun) => recordings ?? composeProvider(config, log.child({ runId: run.id }))
  return createTaskRunner({
    host,
    workspaces,
    sandbox: (policy) => watchSandbox(composeSandbox(config, policy.sandbox), spans),
    registries: config.network.registries,
    dependencies: composeDependencyCache(config, log),
    ceilings: ceilingsOf(config),
    model: (claimed, policy) => {
      const provider = watchProvider(ofRun(claimed), { spans, failed: metrics?.modelFailed })
      return meteredModel(config, { provider, claimed, policy })
    },
    notes: startNotes(config),
    ...(queue && { allowAtOnce: queue.allowAtOnce }),
    spans,
    watchStage: watchStages({ spans, ended: metrics?.stageEnded }),
    log,
    now: clock,
  })
}
