import { pino } from 'pino'
import { expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import type { FleetFigures } from '../../src/metrics/fleet.ts'
import { createMetrics } from '../../src/metrics/metrics.ts'

const log = pino({ level: 'silent' })

const figures: FleetFigures = {
  ended: [{ outcome: 'pull_request', runs: 7 }],
  underWay: [{ state: 'queued', runs: 3 }],
  pullRequests: [{ end: 'merged', runs: 2 }],
  oldestQueuedSeconds: 42,
  queuePaused: true,
  untold: 2,
  charges: [{ role: 'coder', calls: 9, tokens: 12_345, usd: 1.5 }],
  github: { lowestShare: 0.25, closed: 1 },
}

/** Lines that hold figures of ours. */
async function linesOf(
  readFleet: () => Promise<FleetFigures>,
  tell?: (metrics: ReturnType<typeof createMetrics>) => void,
) {
  const metrics = createMetrics({ readFleet, log })
  tell?.(metrics)
  const { body, contentType } = await metrics.read()
  expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  return body.split('\n').filter((line) => line.startsWith('draftsmith_'))
}

it('tells what all processes have done, and names what has never happened as 0', async () => {
  const lines = await linesOf(async () => figures)
  expect(lines).toEqual(
    expect.arrayContaining([
      'draftsmith_database_up 1',
      'draftsmith_runs_total{outcome="pull_request"} 7',
      'draftsmith_runs_total{outcome="failed"} 0',
      'draftsmith_runs{state="queued"} 3',
      'draftsmith_runs{state="running"} 0',
      'draftsmith_queue_oldest_seconds 42',
      'draftsmith_queue_paused 1',
      'draftsmith_runs_untold 2',
      'draftsmith_model_calls_total{role="coder"} 9',
      'draftsmith_model_tokens_total{role="coder"} 12345',
      'draftsmith_model_usd_total{role="coder"} 1.5',
      'draftsmith_model_usd_total{role="reviewer"} 0',
      'draftsmith_github_budget_left_ratio 0.25',
      'draftsmith_github_installations_closed 1',
    ]),
  )
})

it('says at each scrape what is so then, also where scrapes overlap', async () => {
  let queued = 3
  const readFleet = async () => ({
    ...figures,
    underWay: queued === 0 ? [] : [{ state: 'queued' as const, runs: queued }],
  })
  const metrics = createMetrics({ readFleet, log })
  await Promise.all([metrics.read(), metrics.read()])
  queued = 0
  const { body } = await metrics.read()
  expect(body).toContain('draftsmith_runs{state="queued"} 0')
  expect(body).toContain('draftsmith_runs_total{outcome="pull_request"} 7')
})

it('tells what this process did by names that say so', async () => {
  const lines = await linesOf(
    async () => figures,
    (metrics) => {
      metrics.stageEnded({ stage: 'plan', seconds: 3, result: 'done' })
      metrics.stageEnded({ stage: 'plan', seconds: 90, result: 'failed' })
      metrics.modelFailed('model_overloaded')
      metrics.gitHubLimited('secondary')
    },
  )
  expect(lines).toEqual(
    expect.arrayContaining([
      'draftsmith_process_stage_seconds_bucket{le="2",stage="plan",result="done"} 0',
      'draftsmith_process_stage_seconds_bucket{le="5",stage="plan",result="done"} 1',
      'draftsmith_process_stage_seconds_sum{stage="plan",result="failed"} 90',
      'draftsmith_process_model_failures_total{code="model_overloaded"} 1',
      'draftsmith_process_github_limited_total{limit="secondary"} 1',
    ]),
  )
})

it('is an answer also where the database gives none, without figures that could be taken for 0', async () => {
  const lines = await linesOf(async () => {
    throw new Fault('infrastructure', 'database_unreachable', 'The database does not answer.')
  })
  expect(lines).toContain('draftsmith_database_up 0')
  expect(lines.filter((line) => /^draftsmith_(runs|model)/.test(line))).toEqual([])
})

it('has no label whose values grow with repositories, issues or runs', async () => {
  const lines = await linesOf(
    async () => figures,
    (metrics) => metrics.modelFailed('model_timeout'),
  )
  const labels = new Set(lines.flatMap((line) => [...line.matchAll(/([a-z_]+)="/g)].map(([, name]) => name)))
  expect([...labels].sort()).toEqual(['code', 'outcome', 'role', 'state'])
})
