// Processes that die in the middle: the next one goes on from what is recorded.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseStatus } from '../../src/render/status.ts'
import type { EmulatedGitHub, RepositoryName } from '../support/emulated-github/types.ts'
import { describePostgres } from '../support/postgres.ts'
import { recordConnections } from '../support/recorded-connections.ts'
import { type Scenario, ScriptedMessages } from '../support/scripted-messages.ts'
import { createPlace, type ServiceOptions, type ServiceProcess, startServiceProcess } from '../support/service.ts'
import { requirePackage } from '../support/system.ts'
import {
  addRepository,
  commentsOn,
  commitOf,
  heldAt,
  labelled,
  mended,
  repositoryOf,
  startGitHub,
  statusOf,
} from './fixture.ts'

let model: ScriptedMessages
beforeAll(async () => {
  model = await ScriptedMessages.start()
})
afterAll(() => model?.[Symbol.asyncDispose]())

// Side by side, each on a GitHub of its own: what they mostly do is wait for the heartbeat that is missing.
describe.concurrent('a run whose process ends in the middle', () => {
  requirePackage('bubblewrap', ['bwrap', 'socat', 'rg'])('on the embedded database, in the sandbox', () => {
    it('by a kill is finished by the next process, and neither has spoken to anybody but GitHub and the model', async () => {
      await using connections = await recordConnections()
      const github = await killInTheMiddle({ database: 'embedded', env: connections.env })
      const hosts = [github, model.url].map((url) => new URL(url).host)
      expect(await connections.destinations()).toEqual(hosts.sort())
    })
  })

  describePostgres('on PostgreSQL', () => {
    it('by a kill is finished by the next process', async () => {
      await killInTheMiddle({ database: 'postgres', sandbox: 'none' })
    })

    it('by a stop that does not wait is finished by the next process', async () => {
      const title = 'A defect whose process is stopped'
      const { hold, reached, release } = heldAt('planner', 0)
      const env = { DRAFTSMITH_DRAIN_SECONDS: '0' }
      await inTwoProcesses(
        mended(title, { before: hold }),
        { database: 'postgres', sandbox: 'none', env },
        (ground) => ({
          async first(service) {
            await reached
            await service.stop()
            expect(service.process.exitCode).toBe(0)
            release()
            expect(parseStatus(await statusOf(ground.github, ground))?.state).toBe('running')
          },
          async second(service) {
            await service.logged(({ end }) => end === 'pull_request')
            await expectOnce(ground)
            const calls = ['analyst 0', 'planner 0', 'planner 0', 'coder 0', 'coder 1', 'reviewer 0']
            expect(model.askedFor(title)).toEqual(calls)
          },
        }),
      )
    })
  })
})

/** Answers the address of the GitHub that it happened on. */
async function killInTheMiddle(options: Processes): Promise<string> {
  let github = ''
  const title = `A defect whose process is killed on ${options.database}`
  const { hold, reached, release } = heldAt('coder', 1)
  await inTwoProcesses(mended(title, { before: hold }), options, (ground) => ({
    async first(service) {
      github = ground.github.url
      await reached
      await service.kill()
      release()
    },
    async second(service) {
      const { runId } = await service.logged(({ end }) => end === 'pull_request')
      const { branches } = await expectOnce(ground)
      const status = await statusOf(ground.github, ground)
      expect(status).toContain('✅ Draft pull request')
      expect(parseStatus(status)?.runId).toBe(runId)
      const commit = await commitOf(ground.github, ground.repo, branches[`agent/issue-${ground.number}`])
      expect(commit.message).toContain(`Draftsmith-Run: ${runId}`)
      // The call that was under way is asked again; every reply that had come is used from the record.
      expect(model.askedFor(title)).toEqual(['analyst 0', 'planner 0', 'coder 0', 'coder 1', 'coder 1', 'reviewer 0'])
    },
  }))
  return github
}

type Processes = Pick<ServiceOptions, 'database' | 'sandbox' | 'env'>

interface Ground {
  github: EmulatedGitHub
  repo: RepositoryName
  /** Of the issue. */
  number: number
}

interface Acts {
  /** While the run is under way; ends the process. */
  first(service: ServiceProcess): Promise<void>
  second(service: ServiceProcess): Promise<void>
}

async function inTwoProcesses(
  scenario: Scenario,
  { database, ...options }: Processes,
  actsOn: (ground: Ground) => Acts,
): Promise<void> {
  model.add(scenario)
  const [github, place] = await Promise.all([startGitHub(), createPlace(database)])
  const started: ServiceProcess[] = []
  const start = async () => {
    const service = await startServiceProcess({ ...options, github, model, place })
    started.push(service)
    return service
  }
  try {
    const repo = await addRepository(github)
    const first = await start()
    const acts = actsOn({ github, repo, number: await labelled(github, repo, { title: scenario.title }) })
    await acts.first(first)
    await acts.second(await start())
  } finally {
    for (const service of started) await service.stop()
    await github.close()
    await place.dispose()
  }
}

async function expectOnce({ github, repo, number }: Ground) {
  const state = await repositoryOf(github, repo)
  expect(state.pullRequests).toHaveLength(1)
  expect(await commentsOn(github, { repo, number })).toHaveLength(1)
  return state
}
