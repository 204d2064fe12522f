// Somebody pushes to the base branch while a run is under way; and what was measured in the end is measured again from outside.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { verifyCommand } from '../../src/cli/verify-command.ts'
import { readConfig } from '../../src/config.ts'
import { parsePullRequest } from '../../src/render/pull-request.ts'
import { requirePackage } from '../support/system.ts'
import { addRepository, commitOf, ended, fileOn, heldAt, labelled, mended, repositoryOf } from './fixture.ts'
import { github, model, service, withGitHub, withService } from './with-service.ts'

const sandboxed = requirePackage('bubblewrap', ['bwrap', 'socat', 'rg'])

withGitHub()
withService()

sandboxed('a base that moves while the work goes on', () => {
  it('gets the change verified on its newest commit, and anybody can verify that again', async () => {
    const title = 'Small amounts lose their minus sign while others work'
    const { hold, reached, release } = heldAt('reviewer', 0)
    model.add(mended(title, { before: hold }))
    const repo = await addRepository(github)
    const number = await labelled(github, repo, { title })
    await reached
    const newest = await github.push(repo, {
      branch: 'main',
      files: { 'NEWS.md': '# News\n' },
      message: 'news',
      by: 'mia',
    })
    release()
    expect((await ended(service, { repo, number })).end).toBe('pull_request')

    const { pullRequests, branches } = await repositoryOf(github, repo)
    const [pull] = pullRequests
    const commit = await commitOf(github, repo, branches[`agent/issue-${number}`])
    expect(commit.parents).toEqual([newest])
    expect(parsePullRequest(pull?.body ?? '')).toMatchObject({
      baseCommit: newest,
      treeSha: commit.tree,
      verified: true,
    })
    expect(pull?.body).toContain('It was carried over and verified again.')
    expect(await fileOn(github, repo, `agent/issue-${number}`, 'NEWS.md')).toBe('# News\n')

    const address = `${github.url}/${repo}/pull/${pull?.number}`
    expect(pull?.body).toContain(`draftsmith verify ${address}`)
    expect(await verified(address)).toEqual({ exitCode: 0, conclusion: 'The evidence is the same here.' })
  })
})

async function verified(address: string) {
  const dataDir = await mkdtemp(join(tmpdir(), 'draftsmith-verify-'))
  const environment = { GITHUB_API_URL: github.url, DRAFTSMITH_DATA_DIR: dataDir, PATH: process.env.PATH }
  const read = readConfig(environment, [])
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems))
  const said: string[] = []
  const out = (text: string) => void said.push(text)
  const terminal = { out, progress: () => {}, interrupted: new AbortController().signal }
  try {
    const parts = { config: read.config, log: pino({ level: 'silent' }), terminal }
    const exitCode = await verifyCommand(address, {}, parts)
    return { exitCode, conclusion: said.join('\n').split('\n').at(-1) }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
