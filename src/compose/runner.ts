// Everything that works on one run.
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { ClaimedRun } from '../run/ledger.ts'
import type { TaskHost } from '../task/task-host.ts'
import { createTaskRunner, type TaskRunner } from '../task-runner.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import { ceilingsOf, composeProvider, meteredModel } from './model.ts'
import { clock } from './process.ts'
import { composeDependencyCache } from './repositories.ts'
import { composeSandbox, startNotes } from './sandbox.ts'

interface RunnerParts {
  log: Logger
  workspaces: Workspaces
  host(claimed: ClaimedRun): TaskHost
}

export function composeRunner(config: Config, { log, workspaces, host }: RunnerParts): TaskRunner {
  // Recordings are read once, when the process starts, and have nothing to log.
  const recordings = config.model.provider === 'recorded' ? composeProvider(config, log) : undefined
  const ofRun = ({ run }: ClaimedRun) => recordings ?? composeProvider(config, log.child({ runId: run.id }))
  return createTaskRunner({
    host,
    workspaces,
    sandbox: (policy) => composeSandbox(config, policy.sandbox.kind === 'none' ? 'none' : config.sandbox),
    registries: config.network.registries,
    dependencies: composeDependencyCache(config, log),
    ceilings: ceilingsOf(config),
    model: (claimed, policy) => meteredModel(config, { provider: ofRun(claimed), claimed, policy }),
    notes: startNotes(config),
    log,
    now: clock,
  })
}
