import { afterAll, beforeAll, expect, test } from 'vitest'
import { Fault } from '../src/errors.ts'
import { readinessKey } from '../src/report-readiness.ts'
import type { ClaimedRun } from '../src/run/ledger.ts'
import { createTaskRunner } from '../src/task-runner.ts'
import { type Lab, type OpenRequest, openLab } from './support/run-context.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

test('the repository is measured whatever the issue says, and no model is asked', async () => {
  const { outcome, host, model, run } = await report()
  expect(outcome).toEqual({ kind: 'reported', verdict: 'ready' })
  expect(host.lastView).toMatchObject({
    state: 'ended',
    outcome,
    readiness: { readiness: { verdict: 'ready' }, of: { repository: 'acme/shop', branch: 'main' } },
  })
  expect([model.requests, host.published]).toEqual([[], []])
  expect(await lab.openFolders()).not.toContain(run.claimed.run.id)
})

test('what was measured before a crash is not measured again', async () => {
  const first = await lab.open({ ...asked, claim: dyingOnceMeasured })
  await expect(createTaskRunner(first.runnerOptions).execute(first.run.claimed, never)).rejects.toThrow('died')
  expect(first.host.clones).toBe(1)
  const second = await report({ runId: first.run.claimed.run.id })
  expect(second.outcome).toEqual({ kind: 'reported', verdict: 'ready' })
  expect(second.host.clones).toBe(0)
  expect(second.host.lastView.readiness?.readiness.verdict).toBe('ready')
})

test('a repository that is too large is not cloned', async () => {
  const { outcome, host } = await report({ facts: { repositoryBytes: 1e12 } })
  expect(outcome).toMatchObject({ kind: 'declined', decline: { code: 'repository_too_large' } })
  expect(host.clones).toBe(0)
})

test('a broken policy is told with its mistakes', async () => {
  const { outcome } = await report({ facts: { policyText: 'limit: 3\n' } })
  expect(outcome).toMatchObject({ kind: 'declined', decline: { code: 'policy_invalid' } })
})

test('to somebody who has lost write access meanwhile nothing is said', async () => {
  const { outcome, host } = await report({ inspection: { kind: 'silent', reason: 'no write access' } })
  expect(outcome).toEqual({ kind: 'cancelled', reason: 'no write access' })
  expect([host.views, host.clones]).toEqual([[], 0])
})

const never = new AbortController().signal
const asked: OpenRequest = { task: { wants: 'readiness', title: '', body: '' } }

async function report(request: OpenRequest = {}) {
  const opened = await lab.open({ ...asked, ...request })
  const runner = createTaskRunner(opened.runnerOptions)
  const outcome = await runner.execute(opened.run.claimed, never)
  if (outcome.kind === 'waiting') throw new Error('nobody is asked anything')
  await runner.announce(opened.run.claimed, outcome)
  return { ...opened, outcome }
}

function dyingOnceMeasured(claimed: ClaimedRun): ClaimedRun {
  return {
    ...claimed,
    async writeStage(key, value) {
      await claimed.writeStage(key, value)
      if (key.stage === readinessKey) throw new Fault('infrastructure', 'died', 'the process died')
    },
  }
}
