// One test an outcome: from the signed webhook to what a maintainer reads, in the real sandbox.
import { describe, expect, it } from 'vitest'
import { parseTrailers } from '../../src/render/commit-message.ts'
import { parsePullRequest } from '../../src/render/pull-request.ts'
import { workPatch } from '../../src/run/outcome.ts'
import type { Scenario, ToolCall } from '../support/scripted-messages.ts'
import { requirePackage } from '../support/system.ts'
import {
  addRepository,
  commentsOn,
  commitOf,
  ended,
  fileOn,
  heldAt,
  label,
  labelled,
  mended,
  money,
  repositoryOf,
  statusOf,
  untested,
} from './fixture.ts'
import { github, model, service, withGitHub, withService } from './with-service.ts'

const sandboxed = requirePackage('bubblewrap', ['bwrap', 'socat', 'rg'])

withGitHub()

sandboxed('on the embedded database', () => {
  withService({ database: 'embedded' })

  describe('pull_request', () => {
    it('opens a draft of exactly the verified tree, with its evidence', async () => {
      const title = 'Small negative amounts lose their minus sign'
      model.add(mended(title))
      const repo = await addRepository(github)
      const number = await labelled(github, repo, { title, body: '`formatMoney(-50)` gives `0.50`, not `-0.50`.' })
      const { runId, end } = await ended(service, { repo, number })
      expect(end).toBe('pull_request')

      const { pullRequests, branches } = await repositoryOf(github, repo)
      const [pull] = pullRequests
      expect(pullRequests).toHaveLength(1)
      expect(pull).toMatchObject({
        title,
        draft: true,
        state: 'open',
        head: `agent/issue-${number}`,
        base: 'main',
        author: 'draftsmith[bot]',
        labels: ['agent-generated', 'needs-review'],
      })
      expect(pull?.body).toContain(`Closes #${number}`)
      expect(pull?.body).toContain('| `npm test` | 1 passed | ✅ 2 passed |')
      expect(pull?.body).toContain(
        '✅ Fails without this change, passes with it: `test/money.test.js > keeps the sign of small amounts`',
      )
      expect(pull?.body).toContain('sandbox: bubblewrap')
      expect(pull?.body).not.toContain('[!WARNING]')

      const commit = await commitOf(github, repo, branches[`agent/issue-${number}`])
      const written = parsePullRequest(pull?.body ?? '')
      expect(written).toMatchObject({ runId, baseCommit: branches.main, treeSha: commit.tree, verified: true })
      expect(commit.parents).toEqual([branches.main])
      expect(parseTrailers(commit.message)).toMatchObject({ runId, baseCommit: branches.main })
      expect(await fileOn(github, repo, `agent/issue-${number}`, 'src/money.js')).toContain("cents < 0 ? '-' : ''")

      const status = await statusOf(github, { repo, number })
      expect(status).toContain(`### ✅ Draft pull request #${pull?.number} is ready for review`)
      expect(status).toContain(`${github.url}/${repo}/pull/${pull?.number}`)
      expect(status).toContain('✅ `src/money.js`: Take the sign from the amount')
      expect(status).toMatch(/0\.00\d\d of 5\.00 USD · \d+ tokens · run `r-/)
      expect(await commentsOn(github, { repo, number })).toHaveLength(1)
      expect(model.askedFor(title)).toEqual(['analyst 0', 'planner 0', 'coder 0', 'coder 1', 'reviewer 0'])
    })

    it('repairs what its checks refuse, and says how often', async () => {
      const title = 'The sign of cents is lost, and the first attempt is wrong'
      const { coder = [], ...scenario } = mended(title)
      const wrong: ToolCall = [
        'edit_file',
        { path: 'src/money.js', edits: [{ old: "].join('.')", new: "].join(',')" }] },
      ]
      const right: ToolCall = [
        'edit_file',
        { path: 'src/money.js', edits: [{ old: "].join(',')", new: "].join('.')" }] },
      ]
      model.add({
        ...scenario,
        coder: [[wrong, ['done', { note: 'First.' }]], [right, ...(coder[0] ?? [])], ...coder.slice(1)],
      })
      const repo = await addRepository(github)
      const number = await labelled(github, repo, { title })
      expect((await ended(service, { repo, number })).end).toBe('pull_request')
      const [pull] = (await repositoryOf(github, repo)).pullRequests
      expect(pull?.body).toMatch(
        /`src\/money\.js` \(\+\d+ −\d+\): Take the sign from the amount\. The contract asks for it\. \(1 repair\)/,
      )
    })

    it('opens a plain one where the plan has no drafts, and says so', async () => {
      const title = 'Minus signs get lost in a repository without drafts'
      model.add(mended(title))
      const repo = await addRepository(github, { draftPullRequests: false })
      const number = await labelled(github, repo, { title })
      expect((await ended(service, { repo, number })).end).toBe('pull_request')
      const { pullRequests } = await repositoryOf(github, repo)
      expect(pullRequests).toHaveLength(1)
      expect(pullRequests[0]).toMatchObject({ draft: false, state: 'open' })
      expect(await statusOf(github, { repo, number })).toContain(
        "- The repository's plan has no draft pull requests, so this is a plain one.",
      )
    })
  })

  describe('unverified', () => {
    it('leaves a branch and no pull request, and says why', async () => {
      const title = 'A defect that is mended without any test'
      model.add(untested(title))
      const repo = await addRepository(github, {
        files: { ...money, '.github/draftsmith.yml': 'limits: { verifyRounds: 1 }\n' },
      })
      const number = await labelled(github, repo, { title })
      const { runId, end } = await ended(service, { repo, number })
      expect(end).toBe('unverified')
      const { branches, pullRequests } = await repositoryOf(github, repo)
      expect(pullRequests).toEqual([])
      const commit = await commitOf(github, repo, branches[`agent/issue-${number}`])
      expect(parseTrailers(commit.message)).toMatchObject({ runId })
      const status = await statusOf(github, { repo, number })
      expect(status).toContain('### ⚠️ There is a change, but it is not verified')
      expect(status).toContain('No test fails without the change and passes with it')
      expect(status).toContain(`It is on the branch \`agent/issue-${number}\`; no pull request was opened.`)
    })

    it('keeps a patch where workflows run on every push', async () => {
      const title = 'A defect in a repository whose workflows run on every push'
      model.add(untested(title))
      const workflow = 'on: push\njobs: {}\n'
      const repo = await addRepository(github, { files: { ...money, '.github/workflows/ci.yml': workflow } })
      const number = await labelled(github, repo, { title })
      expect((await ended(service, { repo, number })).end).toBe('unverified')
      const { branches, pullRequests } = await repositoryOf(github, repo)
      expect(pullRequests).toEqual([])
      expect(Object.keys(branches)).toEqual(['main'])
      const status = await statusOf(github, { repo, number })
      expect(status).toContain('so nothing shows that the defect is mended. The coder stopped: The script ends here.')
      expect(status).toContain('It is kept as a patch; nothing was pushed.')
      expect(status).toContain("+  const whole = (cents < 0 ? '-' : '') + Math.trunc(Math.abs(cents) / 100)")
    })

    it('opens a marked draft where the policy says so, and closes nothing', async () => {
      const title = 'A defect whose review objects twice'
      model.add(
        mended(title, {
          objections: ['Zero gets a sign, too.'],
          coder: [...(mended(title).coder ?? []), [], [['stop', { reason: 'Zero has no sign.' }]]],
        }),
      )
      const repo = await addRepository(github, { files: { ...money, '.github/draftsmith.yml': 'unverified: draft\n' } })
      const number = await labelled(github, repo, { title })
      expect((await ended(service, { repo, number })).end).toBe('unverified')
      const [pull] = (await repositoryOf(github, repo)).pullRequests
      expect(pull).toMatchObject({ draft: true })
      expect(pull?.body).toContain('> **This work is not verified.** Why not:')
      expect(pull?.body).toContain('> - Zero gets a sign, too. (intent)')
      expect(await statusOf(github, { repo, number })).toContain('Zero gets a sign, too. The coder ended early')
      expect(pull?.body).toContain(`For #${number}`)
      expect(pull?.body).not.toContain('Closes #')
    })
  })

  describe('plan_only', () => {
    it('shows the plan of a task of critical risk, and no code', async () => {
      const title = 'Small amounts change the public format'
      model.add(mended(title, { understanding: { risk: 'critical' } }))
      const repo = await addRepository(github)
      const number = await labelled(github, repo, { title })
      expect((await ended(service, { repo, number })).end).toBe('plan_only')
      const status = await statusOf(github, { repo, number })
      expect(status).toContain('### 📋 A plan, and no code')
      expect(status).toContain('- `src/money.js`: Take the sign from the amount. The contract asks for it.')
      expect(status).toContain('**Risk: critical**')
      expect(status).toContain('- [ ] The example of the issue gives what it should.')
      expect(status).toContain('No code was written; the plan is for doing it by hand.')
      expect(status).toContain(`**Suggested title:** ${title}`)
      expect(Object.keys((await repositoryOf(github, repo)).branches)).toEqual(['main'])
      expect(model.askedFor(title)).toEqual(['analyst 0', 'planner 0'])
    })
  })

  describe('declined', () => {
    it.each([
      {
        title: 'Rewrite everything as services',
        understanding: { complexity: 'high' },
        heading: 'the task is too complex for one pull request',
        mend: 'Split the issue',
      },
      {
        title: 'Amounts should look nicer',
        understanding: { questions: ['Nicer in what way?'] },
        heading: 'the issue leaves open what should be done',
        mend: 'Answer the questions',
      },
      {
        title: 'The function formatEuro is wrong',
        understanding: { affectedFiles: ['src/euro.js'] },
        heading: 'files that the task names do not exist',
        mend: 'Correct the paths in the issue',
      },
      {
        title: 'Amounts should travel back in time',
        plan: { feasible: false, questions: ['Which time?'], modifications: [{ path: 'src/money.js', title: 'None' }] },
        heading: 'the change cannot be made in this repository as asked',
        mend: 'say in the issue what is meant, and where',
      },
    ] satisfies (Scenario & { heading: string; mend: string })[])(
      '$heading',
      async ({ heading, mend, ...scenario }) => {
        model.add(scenario)
        const repo = await addRepository(github)
        const number = await labelled(github, repo, { title: scenario.title })
        expect((await ended(service, { repo, number })).end).toBe('declined')
        const status = await statusOf(github, { repo, number })
        expect(status).toContain(`### 🚫 Declined: ${heading}`)
        expect(status).toContain(mend)
        expect(status).toContain('To run again, edit the issue where needed, then comment `/draftsmith run`.')
      },
    )
  })

  describe('cancelled', () => {
    it('stops at the next look when the label goes, and pays for nothing more', async () => {
      const title = 'A defect whose label is removed in the middle'
      const { hold, reached, release } = heldAt('planner', 0)
      model.add(mended(title, { before: hold }))
      const repo = await addRepository(github)
      const number = await labelled(github, repo, { title })
      await reached
      await github.unlabel(repo, number, label, 'mia')
      expect((await ended(service, { repo, number })).end).toBe('cancelled')
      release()
      const status = await statusOf(github, { repo, number })
      expect(status).toContain('### ⏹️ Stopped')
      expect(status).toContain('The label was removed by mia.')
      expect(status).toContain('To run again')
      expect(model.askedFor(title)).toEqual(['analyst 0', 'planner 0'])
    })

    it('has its last word where the issue was transferred to', async () => {
      const title = 'A defect whose issue is transferred in the middle'
      const { hold, reached, release } = heldAt('coder', 1)
      model.add(mended(title, { before: hold }))
      const [repo, to] = [await addRepository(github), await addRepository(github)]
      const number = await labelled(github, repo, { title })
      await reached
      const moved = await github.openIssue(to, { title }, 'mia')
      const labelling = github.deliveries().findLast(({ action, payload }) => {
        return action === 'labeled' && (payload.issue as { title: string }).title === title
      })
      const [owner = '', name = ''] = to.split('/')
      const changes = { new_issue: { number: moved }, new_repository: { name, owner: { login: owner } } }
      const from = Date.now()
      await github.emit('issues', { ...labelling?.payload, action: 'transferred', changes }, { repo, by: 'mia' })
      const { runId, end } = await ended(service, { repo, number })
      release()
      expect(end).toBe('cancelled')
      expect(Date.now() - from).toBeLessThan(5_000)
      const status = await statusOf(github, { repo: to, number: moved })
      expect(status).toContain('The issue was transferred to ')
      expect(status).toContain(`The work so far is kept: \`draftsmith show ${runId} --patch\``)
    })

    it('keeps the work when it is stopped by a command', async () => {
      const title = 'A defect whose run is stopped by a command'
      const { hold, reached, release } = heldAt('coder', 1)
      model.add(mended(title, { before: hold }))
      const repo = await addRepository(github)
      const number = await labelled(github, repo, { title })
      await reached
      await github.comment(repo, number, '/draftsmith stop', 'mia')
      const { runId, end } = await ended(service, { repo, number })
      expect(end).toBe('cancelled')
      release()
      const status = await statusOf(github, { repo, number })
      expect(status).toContain('It was stopped by mia.')
      expect(status).toContain(`The work so far is kept: \`draftsmith show ${runId} --patch\``)
      expect((await service.ledger.artifact(runId ?? '', workPatch))?.toString()).toContain("cents < 0 ? '-' : ''")
      const reply = (await commentsOn(github, { repo, number })).find(({ body }) => body.includes('is stopped'))
      expect(reply?.body).toContain(`Run \`${runId}\` is stopped. What it has made so far is kept.`)
    })
  })

  describe('failed', () => {
    it('names the rule that refuses the branch, and keeps the work', async () => {
      const title = 'A defect in a repository that guards its branches'
      model.add(mended(title))
      const repo = await addRepository(github, { rulesets: [{ branches: 'agent/**', rule: 'creation' }] })
      const number = await labelled(github, repo, { title })
      const { runId, end } = await ended(service, { repo, number })
      expect(end).toBe('failed')
      const status = await statusOf(github, { repo, number })
      expect(status).toContain(`A rule of the repository refuses branch agent/issue-${number}`)
      expect(status).toContain('Let the App bypass the rule for its branches')
      expect(status).toContain(`The work so far is kept: \`draftsmith show ${runId} --patch\``)
      expect((await repositoryOf(github, repo)).pullRequests).toEqual([])
    })

    it("does not overwrite somebody else's branch", async () => {
      const title = 'A defect whose branch is taken'
      model.add(mended(title))
      const repo = await addRepository(github)
      await github.push(repo, { branch: 'agent/issue-1', files: { 'notes.md': 'mine\n' }, message: 'mine', by: 'mia' })
      const number = await labelled(github, repo, { title })
      const { end } = await ended(service, { repo, number })
      expect(end).toBe('failed')
      const status = await statusOf(github, { repo, number })
      expect(status).toContain('Branch agent/issue-1 holds other work')
      expect(await fileOn(github, repo, 'agent/issue-1', 'notes.md')).toBe('mine\n')
    })
  })
})
