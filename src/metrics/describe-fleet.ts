// The figures of the whole deployment as instruments. Made anew at each scrape, so that nothing stays that is not so any more.
import { Counter, Gauge, Registry } from 'prom-client'
import { modelRoles } from '../model/model.ts'
import type { OutcomeKind } from '../run/outcome.ts'
import { runStates } from '../run/run.ts'
import type { FleetFigures } from './fleet.ts'

/** Undefined figures: the database did not answer. */
export function describeFleet(figures: FleetFigures | undefined): Registry {
  const registry = new Registry()
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name, help, registers: [registry] }).set(value)
  gauge('draftsmith_database_up', '1 where the database answered this scrape.', figures === undefined ? 0 : 1)
  if (figures === undefined) return registry
  describeRuns(registry, figures)
  describeCharges(registry, figures)
  gauge(
    'draftsmith_queue_oldest_seconds',
    'Age of the oldest run that has not been begun, in seconds.',
    figures.oldestQueuedSeconds,
  )
  gauge('draftsmith_queue_paused', '1 while nothing is taken from the queue.', figures.queuePaused ? 1 : 0)
  gauge('draftsmith_runs_untold', 'Runs that ended minutes ago, and nobody has been told.', figures.untold)
  gauge(
    'draftsmith_github_budget_left_ratio',
    "Least share that an installation has left of GitHub's calls an hour.",
    figures.github.lowestShare,
  )
  gauge(
    'draftsmith_github_installations_closed',
    'Installations that GitHub asked not to call for a while.',
    figures.github.closed,
  )
  return registry
}

/** All there are, so that a first one is seen as a rise from 0. */
const none: Record<OutcomeKind, 0> = {
  pull_request: 0,
  unverified: 0,
  plan_only: 0,
  reported: 0,
  declined: 0,
  cancelled: 0,
  failed: 0,
}

function describeRuns(registry: Registry, { ended, pullRequests, underWay }: FleetFigures): void {
  const total = new Counter({
    name: 'draftsmith_runs_total',
    help: 'Runs that ended, by outcome.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  for (const outcome of Object.keys(none)) total.inc({ outcome }, 0)
  for (const { outcome, runs } of ended) total.inc({ outcome }, runs)
  const published = new Counter({
    name: 'draftsmith_pull_requests_total',
    help: 'Runs whose pull request was merged, or closed without that.',
    labelNames: ['outcome'],
    registers: [registry],
  })
  for (const outcome of ['merged', 'closed']) published.inc({ outcome }, 0)
  for (const { end, runs } of pullRequests) published.inc({ outcome: end }, runs)
  const now = new Gauge({
    name: 'draftsmith_runs',
    help: 'Runs that have not ended, by state; those that are queued are the depth of the queue.',
    labelNames: ['state'],
    registers: [registry],
  })
  for (const state of runStates) if (state !== 'ended') now.set({ state }, 0)
  for (const { state, runs } of underWay) now.set({ state }, runs)
}

function describeCharges(registry: Registry, { charges }: FleetFigures): void {
  const byRole = (name: string, help: string) =>
    new Counter({ name, help, labelNames: ['role'], registers: [registry] })
  const calls = byRole('draftsmith_model_calls_total', 'Model calls that were answered and paid, by role.')
  const tokens = byRole(
    'draftsmith_model_tokens_total',
    'Tokens by role: input + cache writes + output + 0.1 × cache reads.',
  )
  const usd = byRole('draftsmith_model_usd_total', 'US dollars by role, of models whose price is known.')
  for (const role of modelRoles) {
    const charge = charges.find((one) => one.role === role)
    calls.inc({ role }, charge?.calls ?? 0)
    tokens.inc({ role }, charge?.tokens ?? 0)
    usd.inc({ role }, charge?.usd ?? 0)
  }
}
