import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Estimate } from '../../src/estimate/estimate.ts'
import { estimateCost, estimateKey } from '../../src/estimate/estimate-stage.ts'
import type { Permitted } from '../../src/policy/autonomy.ts'
import { defaultCeilings } from '../../src/policy/policy.ts'
import type { ClaimedRun } from '../../src/run/ledger.ts'
import { type Lab, type OpenRequest, openLab } from '../support/run-context.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

const model = 'claude-sonnet-5'
const ceilings = { ...defaultCeilings, models: { analyst: model, planner: model, coder: model, reviewer: model } }
const decision: Permitted = {
  kind: 'allowed',
  risk: 'low',
  mode: 'autonomous_pr',
  reasons: [],
  approvals: [],
  notes: [],
  gates: [],
}
const packet = { files: [], map: 'src/', notFound: [] }

async function priced(request: OpenRequest = {}) {
  const opened = await lab.open({ ceilings, ...request })
  const { run, contract, policy, host } = opened
  const answer = await estimateCost(run, { contract, policy, packet, decision })
  const shown = host.views.at(-1)
  return { ...opened, answer, shown, runId: run.claimed.run.id }
}

/** As if runs of this repository had cost so many tokens of new prompt. */
const withRuns = (tokens: number) => (claimed: ClaimedRun) => ({
  ...claimed,
  earlierRuns: async () =>
    Array.from({ length: 3 }, () => ({
      repositoryKey: claimed.run.repositoryKey,
      taskType: 'bug_fix' as const,
      usage: { coder: { inputTokens: tokens, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 } },
    })),
})

describe('the estimate of a run', () => {
  it('is a guess at first, shown, kept, and without consequence where it fits', async () => {
    const { answer, shown, runId } = await priced()
    expect(answer).toEqual(decision)
    expect(shown?.estimate).toMatchObject({ basis: { kind: 'size' }, usd: { middle: expect.any(Number) } })
    const kept = (await lab.ledger.stages(runId)).find(({ stage }) => stage === estimateKey)?.value as Estimate
    expect(kept).toEqual(shown?.estimate)
  })

  it('comes from earlier runs where there are some', async () => {
    const { shown } = await priced({ claim: withRuns(40_000) })
    expect(shown?.estimate).toMatchObject({
      tokens: { middle: 40_000 },
      usd: { middle: 0.08 },
      basis: { kind: 'earlier_runs', runs: 3, like: 'repository_and_type' },
    })
  })

  it('that passes a ceiling is said at once, and asks for approval of the plan', async () => {
    const { answer, shown } = await priced({ claim: withRuns(400_000) })
    expect(answer.overBudget).toMatch(/^The estimate of 400000 tokens passes the ceiling of 200000/)
    expect(shown?.notes).toContain(answer.overBudget)
  })

  it('stays what it was when the run goes on in another process', async () => {
    const { runId, shown } = await priced({ claim: withRuns(40_000) })
    const again = await priced({ runId, claim: withRuns(90_000) })
    expect(again.shown?.estimate).toEqual(shown?.estimate)
  })
})
