// From the words of an issue to what is worked on, and what is declined because of them.
import { expect, it } from 'vitest'
import { workPatch } from '../../src/run/outcome.ts'
import { requirePackage } from '../support/system.ts'
import { addRepository, ended, labelled, mended, money, repositoryOf, statusOf } from './fixture.ts'
import { github, model, service, withGitHub, withService } from './with-service.ts'

requirePackage('bubblewrap', ['bwrap', 'socat', 'rg'])('an issue', () => {
  withGitHub()
  withService()

  it('whose form answers everything is worked on without an analyst', async () => {
    const behaviour = 'Small negative amounts keep their sign.'
    const scenario = mended(behaviour)
    model.add(scenario)
    const repo = await addRepository(github)
    const body = [
      '### Kind of task\n\nBug fix',
      '### What is wrong or missing\n\n`formatMoney(-50)` is `0.50`.',
      `### Expected behaviour\n\n${behaviour}`,
      '### Acceptance criteria\n\n- `formatMoney(-50)` is `-0.50`',
      '### Affected files\n\nsrc/money.js',
      '### Constraints\n\n_No response_',
    ].join('\n\n')
    const number = await labelled(github, repo, { title: 'Amounts lose their sign', body })
    expect((await ended(service, { repo, number })).end).toBe('pull_request')
    const asked = model.askedFor(behaviour)
    expect(asked.filter((call) => call.startsWith('analyst'))).toEqual([])
    expect(asked[0]).toBe('planner 0')
    expect(model.messagesTo(behaviour, 'planner')[0]).toContain('`formatMoney(-50)` is `0.50`.')
    expect(await statusOf(github, { repo, number })).toContain(
      'Understanding: bug fix, complexity low, read from the form',
    )
  })

  it('whose defect no test shows is declined, with what was tried', async () => {
    const title = 'A defect that is none'
    const scenario = mended(title)
    const idle = "\ntest('writes whole amounts', () => {\n  assert.equal(formatMoney(500), '5.00')\n})\n"
    const last = "  assert.equal(formatMoney(1250), '12.50')\n})\n"
    const addIdle = { path: 'test/money.test.js', edits: [{ old: last, new: `${last}${idle}` }] }
    model.add({
      ...scenario,
      coder: [
        ...(scenario.coder ?? []).slice(0, 1),
        [
          ['edit_file', addIdle],
          ['done', { note: 'A test.' }],
        ],
      ],
    })
    const policy = 'limits: { repairs: 0, verifyRounds: 1 }\n'
    const repo = await addRepository(github, { files: { ...money, '.github/draftsmith.yml': policy } })
    const number = await labelled(github, repo, { title })
    const { runId, end } = await ended(service, { repo, number })
    expect(end).toBe('declined')
    const status = await statusOf(github, { repo, number })
    expect(status).toContain('### 🚫 Declined: the defect could not be reproduced')
    expect(status).toContain('- On the base commit, npm test: 1 test passes, none fails.')
    expect(status).toContain('- Written to show the defect, but passes without a change, too: test/money.test.js')
    expect(status).toContain(`What was tried is kept: \`draftsmith show ${runId} --patch\``)
    expect(await service.ledger.artifact(runId ?? '', workPatch)).toBeDefined()
    expect(Object.keys((await repositoryOf(github, repo)).branches)).toEqual(['main'])
  })

  it('that another tool is at work on is declined before anything is paid, with the way there', async () => {
    const title = 'A defect that somebody else mends'
    const repo = await addRepository(github)
    const number = await github.openIssue(repo, { title }, 'mia')
    const branch = `copilot/fix-${number}`
    await github.push(repo, { branch, files: { 'a.txt': 'a' }, message: 'a', by: 'mia' })
    const pull = await pullRequest(repo, { title: 'Work in progress', head: branch, base: 'main' })
    await github.label(repo, number, 'agent-eligible', 'mia')
    await github.delivered()
    expect((await ended(service, { repo, number })).end).toBe('declined')
    const status = await statusOf(github, { repo, number })
    expect(status).toContain('### 🚫 Declined: an open pull request is for this issue already')
    expect(status).toContain(
      `Pull request ${pull} "Work in progress" is open, and its branch ${branch} names this issue.`,
    )
    expect(status).toMatch(new RegExp(`^- https?://\\S+/${repo}/pull/${pull}$`, 'm'))
    expect(model.askedFor(title)).toEqual([])
  })
})

async function pullRequest(repo: string, fields: { title: string; head: string; base: string }): Promise<number> {
  const opened = await fetch(`${github.url}/repos/${repo}/pulls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${github.userToken('mia')}`, 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  })
  return ((await opened.json()) as { number: number }).number
}
