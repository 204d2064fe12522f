// Faults that say nothing of the run: somebody whom it needs is away, or lets nobody in for now.
import type { Fault } from '../errors.ts'

export type Away = 'the model' | 'GitHub' | 'the database'

const aways: Readonly<Record<string, Away>> = {
  model_rate_limited: 'the model',
  model_overloaded: 'the model',
  model_timeout: 'the model',
  model_unreachable: 'the model',
  github_rate_limited: 'GitHub',
  github_budget_low: 'GitHub',
  github_unreachable: 'GitHub',
  github_error: 'GitHub',
  git_server_unreachable: 'GitHub',
  database_unreachable: 'the database',
}

/** Undefined where something else was wrong. By the code alone: another provider's faults have the same ones. */
export function awayOf({ class: faultClass, code }: Fault): Away | undefined {
  return faultClass === 'infrastructure' ? aways[code] : undefined
}
