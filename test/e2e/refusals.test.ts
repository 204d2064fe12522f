// Bad input on GitHub: each line starts at the signed webhook and ends at the words that somebody reads. Nobody is paid, nothing is cloned.
import { afterAll, describe, expect, it } from 'vitest'
import { webhookPath } from '../../src/web/server.ts'
import { send } from '../intake/listening.ts'
import type { RepositoryName } from '../support/emulated-github/types.ts'
import type { LogLine } from '../support/service.ts'
import { addRepository, commentsOn, ended, isAbout, label, labelled, money, statusOf, until } from './fixture.ts'
import { github, model, service, withGitHub, withService } from './with-service.ts'

withGitHub()
withService({ sandbox: 'none' })
afterAll(() => {
  expect(model.asked).toEqual([])
})

/** An issue whose run ended; how, and what the log said. */
async function endOf(repo: RepositoryName, number: number): Promise<{ end: unknown; said: LogLine[] }> {
  const { runId, end } = await ended(service, { repo, number })
  return { end, said: service.logs.filter((line) => line.runId === runId) }
}

describe('the issue', () => {
  it('is a pull request', async () => {
    const repo = await addRepository(github)
    await github.push(repo, { branch: 'topic', files: { 'notes.md': 'x\n' }, message: 'notes', by: 'mia' })
    const opened = await fetch(`${github.url}/repos/${repo}/pulls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${github.userToken('mia')}`, 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'Notes', head: 'topic', base: 'main' }),
    })
    const { number } = (await opened.json()) as { number: number }
    await github.comment(repo, number, '/draftsmith run', 'mia')
    expect((await endOfCommand(repo, number)).end).toBe('declined')
    const comments = JSON.stringify((await github.state()).repositories[repo]?.pullRequests[0]?.comments)
    expect(comments).toContain('Declined: this is a pull request, not an issue')
    expect(comments).toContain('Open an issue that says what should change, and label that.')
  })

  it('is closed', async () => {
    const repo = await addRepository(github)
    const number = await github.openIssue(repo, { title: 'A defect that is closed', state: 'closed' }, 'mia')
    // Were it told after the label, within the same second, the run would end in the queue.
    await github.delivered()
    await github.label(repo, number, label, 'mia')
    expect((await endOf(repo, number)).end).toBe('declined')
    const status = await statusOf(github, { repo, number })
    expect(status).toContain('Declined: the issue is closed')
    expect(status).toContain('- Reopen the issue.')
  })

  it('is locked', async () => {
    const repo = await addRepository(github)
    const number = await github.openIssue(repo, { title: 'A defect that is locked', locked: true }, 'mia')
    await github.label(repo, number, label, 'mia')
    const { end, said } = await endOf(repo, number)
    expect(end).toBe('declined')
    expect(said.at(-1)).toMatchObject({ code: 'issue_locked', reason: `#${number} is locked` })
    expect(said.find(({ msg }) => msg === 'the status comment could not be written')?.err).toMatchObject({
      message: expect.stringContaining('Unable to create comment because issue is locked.'),
    })
    expect(await commentsOn(github, { repo, number })).toEqual([])
  })

  it('loses its label at once', async () => {
    const repo = await addRepository(github)
    const number = await github.openIssue(repo, { title: 'A defect labelled by mistake' }, 'mia')
    await github.label(repo, number, label, 'mia')
    await github.unlabel(repo, number, label, 'mia')
    await github.delivered()
    const status = await until(async () => {
      const [comment] = await commentsOn(github, { repo, number })
      return comment?.body.includes('Stopped') ? comment.body : undefined
    })
    // Who sees it first says it: the event, or the worker that asks for the label once more.
    expect(status).toMatch(
      /### ⏹️ Stopped\n\nThe label( agent-eligible)? was removed( by mia)?\.\n\nNothing was pushed\./,
    )
    expect(await commentsOn(github, { repo, number })).toHaveLength(1)
  })

  it('has a body of 5 MB', async () => {
    const repo = await addRepository(github)
    const number = await labelled(github, repo, {
      title: 'A defect with a long log',
      body: 'line of the log\n'.repeat(330_000),
    })
    expect((await endOf(repo, number)).end).toBe('declined')
    const status = await statusOf(github, { repo, number })
    expect(status).toContain('Declined: the text of the issue is too long')
    expect(status).toContain('Keep what is needed to understand the task; put logs into an attachment or a gist.')
  })

  it('says nothing', async () => {
    const repo = await addRepository(github)
    const number = await labelled(github, repo, { title: 'Bug', body: '<!-- do something else -->' })
    expect((await endOf(repo, number)).end).toBe('declined')
    const status = await statusOf(github, { repo, number })
    expect(status).toContain('Declined: the issue does not say what to do')
    expect(status).toContain('Hidden text is not read: 1 × HTML comment.')
  })

  it('asks for a protected path', async () => {
    const repo = await addRepository(github)
    const number = await labelled(github, repo, { title: 'Add a cache to .github/workflows/ci.yml' })
    expect((await endOf(repo, number)).end).toBe('declined')
    const status = await statusOf(github, { repo, number })
    expect(status).toContain('Declined: it asks to change a protected file')
    expect(status).toContain('.github/workflows/ci.yml')
  })
})

describe('the repository', () => {
  it('is archived', async () => {
    const repo = await addRepository(github)
    const number = await github.openIssue(repo, { title: 'A defect in an archive' }, 'mia')
    github.configure(repo, { archived: true })
    await github.label(repo, number, label, 'mia')
    const { end, said } = await endOf(repo, number)
    expect(end).toBe('declined')
    expect(said.at(-1)).toMatchObject({ code: 'repository_archived', reason: `${repo} is archived` })
    expect(said.find(({ msg }) => msg === 'the status comment could not be written')?.err).toMatchObject({
      code: 'repository_archived',
      mend: 'Unarchive the repository.',
    })
  })

  it('is empty', async () => {
    const repo = await addRepository(github, { files: undefined })
    const number = await labelled(github, repo, { title: 'A defect in an empty repository' })
    expect((await endOf(repo, number)).end).toBe('declined')
    const status = await statusOf(github, { repo, number })
    expect(status).toContain('Declined: the repository has no commit')
    expect(status).toContain('- Push a first commit to the default branch.')
  })

  it('has its issues disabled', async () => {
    const repo = await addRepository(github)
    const number = await github.openIssue(repo, { title: 'A defect without issues' }, 'mia')
    github.configure(repo, { issuesEnabled: false })
    await github.label(repo, number, label, 'mia')
    const { end, said } = await endOf(repo, number)
    expect(end).toBe('declined')
    expect(said.at(-1)).toMatchObject({ code: 'issues_disabled', reason: `issues of ${repo} are disabled` })
  })

  it('is not one of the installation', async () => {
    const repo = await addRepository(github)
    const event = { ...labelEvent('acme/gone', 1), repository: { name: 'gone', owner: { login: 'acme' } } }
    await github.emit('issues', event, { repo, by: 'mia', installationId: github.installations[0]?.id ?? 0 })
    const { end, said } = await endOf('acme/gone', 1)
    expect(end).toBe('failed')
    expect(said.find(({ msg }) => msg === 'run failed')?.err).toMatchObject({
      message: expect.stringContaining(
        'the App is not installed there, or the repository is not among those it was given',
      ),
      mend: "Add the repository under the installation's settings on GitHub.",
    })
  })

  it('has lost the branch that its policy names', async () => {
    const repo = await addRepository(github, { files: { ...money, '.github/draftsmith.yml': 'base: develop\n' } })
    const number = await labelled(github, repo, { title: 'A defect on another branch' })
    expect((await endOf(repo, number)).end).toBe('declined')
    const status = await statusOf(github, { repo, number })
    expect(status).toContain('Declined: the base branch does not exist')
    expect(status).toContain('names base: develop, and there is no such branch')
    expect(status).toContain('Create the branch, or name another one as `base` in `.github/draftsmith.yml`.')
  })

  it('has a broken policy file', async () => {
    const policy = 'limits:\n  fils: 3\n  usd: lots\nsandbx: {}\n'
    const repo = await addRepository(github, { files: { ...money, '.github/draftsmith.yml': policy } })
    const number = await labelled(github, repo, { title: 'A defect beside a broken policy' })
    expect((await endOf(repo, number)).end).toBe('declined')
    const status = await statusOf(github, { repo, number })
    expect(status).toContain('Declined: `.github/draftsmith.yml` has mistakes')
    expect(status).toContain('line 2, column 3: Unknown key `fils`. Did you mean `files`?')
    expect(status).toContain('line 3, column 3: `limits.usd` must be a number, not text.')
    expect(status).toContain('line 4, column 1: Unknown key `sandbx`. Did you mean `sandbox`?')
  })

  it('belongs to a suspended installation', async () => {
    const repo = await addRepository(github)
    const number = await github.openIssue(repo, { title: 'A defect under suspension' }, 'mia')
    const id = github.installations[0]?.id ?? 0
    await github.installation(id, 'suspend')
    try {
      // GitHub sends nothing for a suspended installation; this event was under way when it was suspended.
      await github.emit('issues', labelEvent(repo, number), { repo, by: 'mia', installationId: id })
      const { end, said } = await endOf(repo, number)
      expect(end).toBe('failed')
      expect(said.find(({ msg }) => msg === 'run failed')?.err).toMatchObject({
        code: 'installation_suspended',
        mend: "An owner can lift the suspension under the installation's settings on GitHub.",
      })
    } finally {
      await github.installation(id, 'unsuspend')
    }
    expect(await commentsOn(github, { repo, number })).toEqual([])
  })
})

describe('the sender', () => {
  it('has no write access: no comment, and the reason in the log', async () => {
    const repo = await addRepository(github)
    const number = await labelled(github, repo, { title: 'A defect labelled by an outsider' }, 'otto')
    const { end, said } = await endOf(repo, number)
    expect(end).toBe('cancelled')
    expect(said.at(-1)?.reason).toBe('otto has no write access (read)')
    expect(await commentsOn(github, { repo, number })).toEqual([])
  })

  it('commands without write access: no run, no answer', async () => {
    const repo = await addRepository(github)
    const number = await github.openIssue(repo, { title: 'A defect commanded by an outsider' }, 'mia')
    await github.comment(repo, number, '/draftsmith run', 'otto')
    await service.logged(
      (line) => line.msg === 'command without write access ignored' && isAbout(line, { repo, number }),
    )
    expect((await commentsOn(github, { repo, number })).map(({ author }) => author)).toEqual(['otto'])
  })

  it('is a bot: no run at all', async () => {
    const repo = await addRepository(github)
    const number = await labelled(github, repo, { title: 'A defect labelled by a bot' }, 'renovate[bot]')
    const said = await service.logged((line) => isAbout(line, { repo, number }))
    expect(said.msg).toBe('label put by a bot ignored')
    expect(await commentsOn(github, { repo, number })).toEqual([])
  })

  it('does not know the secret', async () => {
    const answer = await send(`${service.url}${webhookPath}`, '{}', { secret: 'guessed' })
    expect(answer.status).toBe(401)
    expect(await answer.json()).toEqual({
      error: 'The signature does not match the body and our secret.',
      code: 'signature_wrong',
      mend: "Make WEBHOOK_SECRET here and the secret in the App's webhook settings the same.",
    })
  })
})

function labelEvent(repo: RepositoryName, number: number) {
  const issue = {
    number,
    title: 'A defect that nobody can see',
    body: '',
    html_url: `${github.url}/${repo}/issues/${number}`,
    updated_at: new Date().toISOString(),
    labels: [],
  }
  return { action: 'labeled', label: { name: label }, issue }
}

async function endOfCommand(repo: RepositoryName, number: number): Promise<LogLine> {
  const { runId } = await service.logged((line) => line.msg === 'command' && isAbout(line, { repo, number }))
  return service.logged((line) => line.runId === runId && line.msg === 'run left the worker')
}
