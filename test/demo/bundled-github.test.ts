// What the demo puts on its GitHub, and what it tells of it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bundledRepository, people, startBundledGitHub } from '../../demo/bundled-github.ts'
import { scenarios } from '../../demo/scenarios.ts'
import { StatusFeed } from '../../demo/status-feed.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'

let folder: string
let github: EmulatedGitHub
const repository = 'nettle/tally'
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bundled-test-'))
  const played = scenarios.filter((scenario) => scenario.repository === repository)
  github = await startBundledGitHub(played, { repository: bundledRepository, scratch: join(folder, 'repository') })
})
afterEach(async () => {
  await github.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the files of a variant lie over the repository, those of hidden folders among them', async () => {
  const policy = await fetch(`${github.url}/repos/${repository}/contents/.github/draftsmith.yml`, {
    headers: { authorization: `Bearer ${github.userToken(people.maintainer)}`, accept: 'application/vnd.github.raw' },
  })
  expect(await policy.text()).toContain('approval:')
})

test('a comment without a heading is no change of the status', async () => {
  const feed = new StatusFeed(github)
  const token = await github.installationToken(github.installations[0]?.id ?? 0)
  const say = (body: string) =>
    fetch(`${github.url}/repos/${repository}/issues/1/comments`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ body }),
    })
  await say('The plan is carried out.')
  await say('### Working on it')
  expect(feed.next().map(({ heading }) => heading)).toEqual(['Working on it'])
})
