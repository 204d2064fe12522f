import { afterAll, beforeAll, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { createWaitingRuns } from '../../src/intake/waiting-runs.ts'
import type { StatusView } from '../../src/render/status-view.ts'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import type { ClaimedRun, Ledger } from '../../src/run/ledger.ts'
import { workPatch } from '../../src/run/outcome.ts'
import type { Run } from '../../src/run/run.ts'
import { approvalOf, modelReply, modelRequest, newRun, temporaryFolder, unique } from '../run/support.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let database: Database
let ledger: Ledger

beforeAll(async () => {
  folder = await temporaryFolder()
  database = await openDatabase({ dataDir: folder.path })
  ledger = createLedger({ database, clock: () => new Date(), ids: () => unique('r').slice(0, 12), version: '1' })
})
afterAll(async () => {
  await ledger.close()
  await folder.remove()
})

const away = new Fault('infrastructure', 'github_unreachable', 'GitHub does not answer.')

it('a run that is stopped between two attempts is told with what it cost, did and kept', async () => {
  const claimed = await begun()
  const reservation = await claimed.modelCalls.reserve({
    requestHash: 'a',
    request: modelRequest('a'),
    tokens: 9,
    usd: 9,
  })
  await claimed.modelCalls.settle(reservation, modelReply('a', { outputTokens: 700 }), 0.25)
  await claimed.writeStage({ stage: 'normalize', round: 0, inputHash: 'h' }, {})
  await claimed.writeStage({ stage: 'screen', round: 0, inputHash: 'h' }, {})
  await claimed.writeArtifact(workPatch, 'diff --git a/x b/x')
  const { waiting, views } = told()
  await waiting.tellStopped(await stopped(claimed))
  expect(views).toHaveLength(1)
  expect(views[0]).toMatchObject({
    state: 'ended',
    tokens: 700,
    usd: 0.25,
    stages: [
      { stage: 'screen', status: 'done' },
      { stage: 'normalize', status: 'done' },
    ],
    outcome: { kind: 'cancelled', patchArtifact: workPatch },
    traceId: `trace of ${claimed.run.id}`,
  })
})

it('that a run is stopped is told when GitHub answers again, within bounds', async () => {
  const run = await stopped(await begun())
  const { waiting, views } = told([away, away])
  await waiting.tellStopped(run)
  expect(views.map(({ runId }) => runId)).toEqual([run.id])
  const silent = told([away, away, away])
  await expect(silent.waiting.tellStopped(run)).rejects.toBe(away)
})

it('that a run is stopped is told no more once there is a newer one', async () => {
  const claimed = await begun()
  const run = await stopped(claimed)
  await ledger.record(newRun({ taskKey: run.taskKey, repositoryKey: run.repositoryKey, force: true }))
  const { waiting, views } = told()
  await waiting.tellStopped(run)
  expect(views).toEqual([])
  expect(noted).toContain(run.id)
})

it('how a run ended is told in the words that its worker left, and noted once people know', async () => {
  const claimed = await begun()
  const decline = { kind: 'declined' as const, decline: { code: 'ambiguous' as const, evidence: ['Which one?'] } }
  const word = { runId: claimed.run.id, state: 'ended', outcome: decline, notes: ['left by the worker'] }
  await claimed.writeStage({ stage: 'last_word', round: 0, inputHash: '' }, word)
  await claimed.settle(decline)
  const run = await ledger.find(claimed.run.id)
  if (run === undefined) throw new Error('there is no run')
  const { waiting, views } = told([away])
  await expect(waiting.tellEnded(run)).rejects.toBe(away)
  expect(noted).not.toContain(run.id)
  await waiting.tellEnded(run)
  expect(views).toEqual([word])
  expect(noted).toContain(run.id)
})

/** Waits for its second attempt. */
async function begun(): Promise<ClaimedRun> {
  const recorded = await ledger.record(newRun())
  const claimed = recorded.kind === 'recorded' ? await ledger.claim(recorded.run.id) : undefined
  if (claimed === undefined) throw new Error('there is no run')
  return claimed
}

async function stopped(claimed: ClaimedRun): Promise<Run> {
  await claimed.transition('queued')
  const cancelled = await ledger.cancel(claimed.run.taskKey, { reason: 'It was stopped by mona.' })
  if (cancelled.kind !== 'cancelled') throw new Error(cancelled.kind)
  return cancelled.run
}

const noted: string[] = []

/** What is shown; the faults come first, one an attempt. */
function told(faults: Fault[] = []) {
  const views: StatusView[] = []
  let shown: StatusView | undefined
  const waiting = createWaitingRuns({
    ledger,
    queue: { position: async () => 0 },
    told: async (runId) => void noted.push(runId),
    host: (_run, fence) => ({
      mayBeTold: async () => true,
      show: async (view) => {
        shown = view
      },
      flush: async () => {
        await fence()
        const fault = faults.shift()
        if (fault) throw fault
        if (shown) views.push(shown)
      },
    }),
    traceOf: (runId) => `trace of ${runId}`,
    maxUsd: 5,
    now: () => new Date(),
    patienceMs: 1,
    pausesMs: [1, 1],
  })
  return { waiting, views }
}

it('a run that was answered is told to wait for its turn, until a worker has it', async () => {
  const claimed = await begun()
  const question = approvalOf('1a2b3c4d')
  await claimed.ask(question)
  await claimed.stand(question)
  const answered = await ledger.answer(claimed.run.id, { said: { kind: 'approve', hash: '1a2b3c4d' }, by: 'mia' })
  if (answered.kind !== 'answered') throw new Error(answered.kind)
  const { waiting, views } = told()
  await waiting.tellQueued(answered.run)
  expect(views).toMatchObject([{ state: 'queued', queuePosition: 0 }])
  await ledger.claim(claimed.run.id)
  await waiting.tellQueued(answered.run)
  expect(views).toHaveLength(1)
})
