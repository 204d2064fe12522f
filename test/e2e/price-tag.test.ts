// What a maintainer reads of the cost: a guess for the first run, the middle of earlier ones as soon as there are three.
import { expect, it } from 'vitest'
import type { RepositoryName } from '../support/emulated-github/types.ts'
import { addRepository, ended, heldAt, labelled, mended, repositoryOf, statusOf, until } from './fixture.ts'
import { github, model, service, withGitHub, withService } from './with-service.ts'

withGitHub()
withService({ sandbox: 'none' })

/** The status comment while the planner is asked and in the end, and the pull request's text. */
async function run(repo: RepositoryName, title: string) {
  const { hold, reached, release } = heldAt('planner', 0)
  model.add(mended(title, { before: hold }))
  const number = await labelled(github, repo, { title, body: '`formatMoney(-50)` gives `0.50`, not `-0.50`.' })
  await reached
  const meanwhile = await until(async () => {
    const text = await statusOf(github, { repo, number })
    return text.includes('Expected cost') ? text : undefined
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
