// What repositories hold that makes work hard: each said where it matters, and nothing of it changed by accident.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileSeed, RepositoryName } from '../support/emulated-github/types.ts'
import type { Scenario } from '../support/scripted-messages.ts'
import { requirePackage } from '../support/system.ts'
import { git, write } from '../workspace/sources.ts'
import { addRepository, ended, fileOn, labelled, mended, money, repositoryOf, statusOf } from './fixture.ts'
import { github, model, service, withGitHub, withService } from './with-service.ts'

requirePackage('bubblewrap', ['bwrap', 'socat', 'rg'])('a repository', () => {
  withGitHub()
  withService()

  async function outcomeOf(
    repo: RepositoryName,
    scenario: Scenario,
  ): Promise<{ end: unknown; status: string; number: number }> {
    model.add(scenario)
    const number = await labelled(github, repo, { title: scenario.title })
    const { end } = await ended(service, { repo, number })
    return { end, status: await statusOf(github, { repo, number }), number }
  }

  describe('that cannot be checked', () => {
    it('has no tests', async () => {
      const repo = await addRepository(github, { files: { 'src/money.js': money['src/money.js'] ?? '' } })
      const { end, status } = await outcomeOf(repo, mended('A defect in a repository without tests'))
      expect(end).toBe('declined')
      expect(status).toContain('### 🚫 Declined: the repository has no tests that could show that a change works')
      expect(status).toContain('No command that runs tests was found, and no other check.')
      expect(status).toContain('Name the command in `.github/draftsmith.yml`: `checks: { test: "…" }`.')
    })

    it('needs a tool that is not on the machine', async () => {
      const policy = 'checks: { test: nosuchtool --all }\n'
      const repo = await addRepository(github, { files: { ...money, '.github/draftsmith.yml': policy } })
      const { end, status } = await outcomeOf(repo, mended('A defect that a missing tool would test'))
      expect(end).toBe('declined')
      expect(status).toContain('### 🚫 Declined: a tool that the checks need is not installed')
      expect(status).toContain('Not on this machine: nosuchtool.')
      expect(status).toContain('Ask the operator of this Draftsmith to install it on the machine or in its image.')
    })
  })

  describe('with unusual names and bytes', () => {
    const name = `src/a "quoted" name with 'quotes' – ünïcode 漢字.js`
    const broken = 'src/over\nlines\tand tabs.js'
    const latin = Buffer.from('caf\xe9 = 1\n', 'latin1')
    const files: Record<string, FileSeed> = {
      ...money,
      [name]: 'export const one = 1\n',
      [broken]: 'export const two = 2\n',
      'data/latin1.txt': latin,
    }

    it('changes the file that is asked for, and leaves every other byte alone', async () => {
      const title = 'A defect in a file with an unusual name'
      const scenario = mended(title)
      const [source, test] = scenario.plan?.modifications ?? []
      const [first = [], second = []] = scenario.coder ?? []
      const unusual = { id: 'unusual', path: name, title: 'Count to two' }
      const repo = await addRepository(github, { files })
      const { end, number, status } = await outcomeOf(repo, {
        ...scenario,
        plan: { modifications: [unusual, ...(source ? [source] : []), ...(test ? [test] : [])] },
        coder: [
          [
            ['edit_file', { path: name, edits: [{ old: 'one = 1', new: 'one = 2 - 1' }] }],
            ['done', { note: 'Counted.' }],
          ],
          first,
          second,
        ],
      })
      expect(end, status).toBe('pull_request')
      const branch = `agent/issue-${number}`
      expect(await fileOn(github, repo, branch, name)).toBe('export const one = 2 - 1\n')
      expect(await fileOn(github, repo, branch, broken)).toBe('export const two = 2\n')
      expect(await fileBytes(repo, branch, 'data/latin1.txt')).toEqual(latin)
      const [pull] = (await repositoryOf(github, repo)).pullRequests
      expect(pull?.body).toContain('a "quoted" name with \'quotes\'')
    })

    it('tells the model that bytes which are no text cannot be edited, and the person what follows', async () => {
      const title = 'A defect in a file that is not UTF-8'
      const repo = await addRepository(github, { files })
      const { end, status } = await outcomeOf(repo, {
        title,
        plan: { modifications: [{ path: 'data/latin1.txt', title: 'Spell it right' }] },
        coder: [
          [['edit_file', { path: 'data/latin1.txt', edits: [{ old: 'caf', new: 'Caf' }] }]],
          [['stop', { reason: 'data/latin1.txt is not UTF-8 text, so it cannot be edited.' }]],
        ],
      })
      expect(end).toBe('declined')
      expect(status).toContain('data/latin1.txt is not UTF-8 text, so it cannot be edited.')
      expect(status).toContain('To run again')
      expect(Object.keys((await repositoryOf(github, repo)).branches)).toEqual(['main'])
    })
  })

  describe('of which parts are elsewhere', () => {
    it('has submodules and LFS pointers: both are named, and stay as they are', async () => {
      const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4'.repeat(64)}\nsize 12345\n`
      const repo = await addRepository(github, {
        files: { ...money, '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n', 'data/model.bin': pointer },
      })
      await pushSubmodule(repo)
      const title = 'A defect beside a submodule and a pointer'
      const { end, status, number } = await outcomeOf(repo, mended(title))
      expect(end).toBe('pull_request')
      expect(status).toContain('Submodules were not fetched, their folders are empty: `vendor/lib`.')
      expect(status).toContain(
        'Files kept by Git LFS were not fetched, pointers stand in their place: `data/model.bin`.',
      )
      expect(await fileOn(github, repo, `agent/issue-${number}`, 'data/model.bin')).toBe(pointer)
      const [pull] = (await repositoryOf(github, repo)).pullRequests
      expect(pull?.body).toContain('Submodules were not fetched, their folders are empty: `vendor/lib`.')
    })
  })
})

async function fileBytes(repo: RepositoryName, ref: string, path: string): Promise<Buffer> {
  const { branches } = await repositoryOf(github, repo)
  const headers = { authorization: `Bearer ${github.userToken('mia')}` }
  const answer = await fetch(`${github.url}/repos/${repo}/contents/${path}?ref=${branches[ref]}`, { headers })
  return Buffer.from(((await answer.json()) as { content: string }).content, 'base64')
}

/** As a person does it: a clone over HTTP, one commit, a push. */
async function pushSubmodule(repo: RepositoryName): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'draftsmith-e2e-'))
  const authorization = Buffer.from(`x-access-token:${github.userToken('mia')}`).toString('base64')
  const env = {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${authorization}`,
  }
  try {
    await git(folder, ['clone', '--quiet', github.cloneUrl(repo), '.'], { env })
    await write(folder, {
      '.gitmodules': '[submodule "lib"]\n\tpath = vendor/lib\n\turl = https://git.example/acme/lib.git\n',
    })
    await git(folder, ['update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},vendor/lib`])
    await git(folder, ['add', '.gitmodules'])
    await git(folder, ['commit', '--quiet', '-m', 'a submodule'])
    await git(folder, ['push', '--quiet', 'origin', 'HEAD:main'], { env })
  } finally {
    await rm(folder, { recursive: true })
  }
}
