// What a maintainer reads of the cost: a guess for the first run, the middle of earlier ones as soon as there are three.
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { EmulatedGitHub, RepositoryName } from '../support/emulated-github/types.ts'
import { ScriptedMessages } from '../support/scripted-messages.ts'
import { type ServiceInProcess, startService } from '../support/service.ts'
import { addRepository, ended, heldAt, labelled, mended, repositoryOf, startGitHub, statusOf } from './fixture.ts'

vi.setConfig({ testTimeout: 240_000 })

let github: EmulatedGitHub
let model: ScriptedMessages
let service: ServiceInProcess
beforeAll(async () => {
  ;[github, model] = await Promise.all([startGitHub(), ScriptedMessages.start()])
  service = await startService({ github, model, sandbox: 'none' })
})
afterAll(async () => {
  await service?.stop()
  await github?.close()
  await model?.[Symbol.asyncDispose]()
})

/** The status comment while the planner is asked and in the end, and the pull request's text. */
async function run(repo: RepositoryName, title: string) {
  const { hold, reached, release } = heldAt('planner', 0)
  model.add(mended(title, { before: hold }))
  const number = await labelled(github, repo, { title, body: '`formatMoney(-50)` gives `0.50`, not `-0.50`.' })
  await reached
  const meanwhile = await vi.waitFor(async () => {
    const text = await statusOf(github, { repo, number })
    expect(text).toContain('Expected cost')
    return text
  })
  release()
  expect((await ended(service, { repo, number })).end).toBe('pull_request')
  const { pullRequests } = await repositoryOf(github, repo)
  return { meanwhile, status: await statusOf(github, { repo, number }), body: pullRequests.at(-1)?.body ?? '' }
}

it('stands in the status before planning and beside the actual cost, and learns from runs', async () => {
  const repo = await addRepository(github)
  const { meanwhile, status, body } = await run(repo, 'The sign is lost')
  expect(meanwhile).toMatch(
    /\*\*Expected cost:\*\* about 0\.0\d+ USD and [\d,]+ tokens \(.*\): a guess from what there is to read/,
  )
  const tag = /Estimated 0\.0\d+ USD and [\d,]+ tokens \(0\.\d+–0\.\d+ USD, [\d,]+–[\d,]+ tokens\), used 0\.0\d+ USD/
  expect(status).toMatch(tag)
  expect(body).toMatch(tag)
  expect(body).toMatch(/analyst: 0\.0\d+ USD, [\d,]+ tokens, 1 call · planner: .* · coder: .*, 2 calls · reviewer: /)

  await run(repo, 'It is lost again')
  await run(repo, 'And a third time')
  const fourth = await run(repo, 'And once more')
  expect(fourth.meanwhile).toContain('the middle of 3 earlier runs of this kind in this repository.')
  expect(fourth.body).toMatch(/Estimated (0\.\d+) USD .*, used \1 USD/)
})
