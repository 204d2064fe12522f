// Processes that die in the middle: the next one goes on from what is recorded.
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { parseStatus } from '../../src/render/status.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { describePostgres } from '../support/postgres.ts'
import { ScriptedMessages } from '../support/scripted-messages.ts'
import { createPlace, type ServicePlace, type ServiceProcess, startServiceProcess } from '../support/service.ts'
import { requirePackage } from '../support/system.ts'
import {
  addRepository,
  commentsOn,
  commitOf,
  heldAt,
  type Issue,
  labelled,
  mended,
  repositoryOf,
  startGitHub,
  statusOf,
} from './fixture.ts'

// A job of a process that died is found when its heartbeat has been missing for 30 s.
vi.setConfig({ testTimeout: 150_000 })

let github: EmulatedGitHub
let model: ScriptedMessages

beforeAll(async () => {
  ;[github, model] = await Promise.all([startGitHub(), ScriptedMessages.start()])
})
afterAll(async () => {
  await github?.close()
  await model?.[Symbol.asyncDispose]()
})

requirePackage('bubblewrap', ['bwrap', 'socat', 'rg'])('on the embedded database, in the sandbox', () => {
  it('a killed process is followed by one that finishes the run', () => killInTheMiddle('embedded', 'bubblewrap'))
})

describePostgres('on PostgreSQL', () => {
  it('a killed process is followed by one that finishes the run', () => killInTheMiddle('postgres', 'none'))

  it('a process stops gracefully in the middle, and the next one goes on', async () => {
    const title = 'A defect whose process is stopped'
    const { hold, reached, release } = heldAt('planner', 0)
    model.add(mended(title, { before: hold }))
    const repo = await addRepository(github)
    await inTwoProcesses(
      { database: 'postgres', sandbox: 'none' },
      {
        async first(service) {
          const number = await labelled(github, repo, { title })
          await reached
          await service.stop()
          expect(service.process.exitCode).toBe(0)
          release()
          expect(parseStatus(await statusOf(github, { repo, number }))?.state).toBe('running')
        },
        async second(service) {
          await service.logged(({ end }) => end === 'pull_request', 60_000)
          await expectOnce({ repo, number: 1 })
          expect(model.askedFor(title)).toEqual([
            'analyst 0',
            'planner 0',
            'planner 0',
            'coder 0',
            'coder 1',
            'reviewer 0',
          ])
        },
      },
    )
  })
})

async function killInTheMiddle(database: ServicePlace['database'], sandbox: 'bubblewrap' | 'none'): Promise<void> {
  const title = `A defect whose process is killed on ${database}`
  const { hold, reached, release } = heldAt('coder', 1)
  model.add(mended(title, { before: hold }))
  const repo = await addRepository(github)
  await inTwoProcesses(
    { database, sandbox },
    {
      async first(service) {
        await labelled(github, repo, { title })
        await reached
        await service.kill()
        release()
      },
      async second(service) {
        const { runId } = await service.logged(({ end }) => end === 'pull_request', 120_000)
        const { branches } = await expectOnce({ repo, number: 1 })
        const status = await statusOf(github, { repo, number: 1 })
        expect(status).toContain('✅ Draft pull request')
        expect(parseStatus(status)?.runId).toBe(runId)
        expect((await commitOf(github, repo, branches['agent/issue-1'])).message).toContain(`Draftsmith-Run: ${runId}`)
        // The call that was under way is asked again; every reply that had come is used from the record.
        expect(model.askedFor(title)).toEqual(['analyst 0', 'planner 0', 'coder 0', 'coder 1', 'coder 1', 'reviewer 0'])
      },
    },
  )
}

interface Acts {
  /** Ends its process. */
  first(service: ServiceProcess): Promise<void>
  second(service: ServiceProcess): Promise<void>
}

async function inTwoProcesses(
  { database, sandbox }: { database: ServicePlace['database']; sandbox: 'bubblewrap' | 'none' },
  acts: Acts,
): Promise<void> {
  const place = await createPlace(database)
  const started: ServiceProcess[] = []
  try {
    for (const act of [acts.first, acts.second]) {
      const service = await startServiceProcess({ github, model, place, sandbox })
      started.push(service)
      await act(service)
    }
  } finally {
    for (const service of started) await service.stop()
    await place.dispose()
  }
}

async function expectOnce({ repo, number }: Issue) {
  const state = await repositoryOf(github, repo)
  expect(state.pullRequests).toHaveLength(1)
  expect(await commentsOn(github, { repo, number })).toHaveLength(1)
  return state
}
