import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { branchName, parseBranch } from '../../src/render/branch.ts'
import { parseTrailers, renderCommitMessage } from '../../src/render/commit-message.ts'
import { parsePullRequest, renderPullRequest } from '../../src/render/pull-request.ts'
import { pullRequestTitle } from '../../src/render/pull-request-title.ts'
import { renderTerminalOutcome } from '../../src/render/terminal.ts'
import { pullRequestView } from './views.ts'

const view = pullRequestView()
const parts = { runId: view.runId, baseCommit: view.contract.baseCommit }
const unverified = () =>
  pullRequestView({
    verified: false,
    report: { ...view.report, verified: false, problems: ['`npm test`: 1 test that passed before fails.'] },
    verdict: {
      passed: false,
      objections: [{ by: 'rule', about: 'test_integrity', path: 'test/a.ts', message: 'A test was skipped.' }],
      remarks: [],
    },
  })

describe('the description of a pull request', () => {
  it('tells what, why, and the evidence before and after', () => {
    expect(
      renderPullRequest(view).split('\n').slice(2).join('\n'),
    ).toBe(`Separators are collapsed before they become dashes, so no slug has two dashes in a row.

Closes #12

## What changed, and why

- \`src/slug.ts\`: Collapse runs of separators. A title with " - " gave three dashes in a row.
- \`test/slug.test.ts\`: Cover titles with several separators. A title with " - " gave three dashes in a row. (1 repair)

**Cause:** \`slugify\` in \`src/slug.ts\` replaces each separator by itself.

## Evidence

| check | before | after | time |
|---|---|---|---|
| \`npm test\` | 1 failed, 12 passed | ⚠️ 1 failed, 13 passed | 2.1 s |
| \`npm run lint \\| tee out\` (not required) | passes | ✅ passes | 810 ms |

- Failed before and still fails, not caused by this change: \`date > time zones\`
- ✅ Fails without this change, passes with it: \`slug > several separators\`

<sub>Measured by Draftsmith in a fresh work tree of exactly the published tree \`9a8b7c6d5e\`, sandbox: bubblewrap. No model was asked.</sub>

## Not verified

- There is no type check in this repository.

## Risks

- Stored slugs of old titles stay as they were.

## For the review

- [ ] slugify("a - b") returns "a-b"
- [ ] Existing slugs stay as they are
- [ ] Is the order of the two replacements obvious enough?

<details><summary>The run</summary>

- Run \`r-k3v9x2m4q7\`, asked for by \`maya\`, from \`main\` at \`${view.contract.baseCommit}\`
- 0.42 of 5.00 USD · 18,340 tokens, 6 model calls, 1 min 34 s
- Whole logs, and the evidence as data: \`draftsmith show r-k3v9x2m4q7 --artifacts FOLDER\`

</details>

<sub>Push to this branch as you like; Draftsmith never overwrites a commit that is not its own, and never merges. To start again from the newest base, close this and comment \`/draftsmith retry\` on the issue.</sub>`)
  })

  it('says first that it is not verified and why, and then closes nothing', () => {
    const text = renderPullRequest(unverified())
    expect(text.split('\n').slice(2, 7).join('\n')).toBe(`> [!WARNING]
> **This work is not verified.** Why not:
> - \`npm test\`: 1 test that passed before fails.
> - test/a.ts: A test was skipped. (test\\_integrity)
`)
    expect(text).toContain('\n\nFor #12\n\n')
    expect(text).not.toMatch(/closes #12/i)
  })

  it('names each test once, and calls a guard no failure to show the defect', () => {
    const tests = (reproduction: typeof view.report.reproduction) => {
      const [first, ...rest] = view.report.checks
      const checks = first ? [{ ...first, added: ['shows', 'guards', 'other'] }, ...rest] : []
      const text = renderPullRequest(pullRequestView({ report: { ...view.report, checks, reproduction } }))
      return text.split('\n').filter((line) => /`(shows|guards|other)`/.test(line))
    }
    expect(tests({ failsWithoutChange: ['shows'], passesWithoutChange: ['guards'] })).toEqual([
      '- New: `other`',
      '- ✅ Fails without this change, passes with it: `shows`',
      '- Passes without this change, too, and guards what works: `guards`',
    ])
    expect(tests({ failsWithoutChange: [], passesWithoutChange: ['guards'] })).toContain(
      '- ⚠️ Passes without this change, too, so it does not show the defect: `guards`',
    )
  })

  it('says in the folded part what the rules decided, and why', () => {
    const text = renderPullRequest(
      pullRequestView({
        decision: {
          kind: 'approval_required',
          risk: 'high',
          mode: 'draft_only',
          reasons: ['Risk high: it touches a data migration (db/migrations/1.sql).'],
          approvals: ['A plan of risk high needs approval (approval.risk: high).'],
          notes: [],
          gates: ['plan_approval', 'checks'],
        },
      }),
    )
    expect(text).toContain(
      '- Decided by rules: risk high, draft only, plan to be approved. Risk high: it touches a data migration (db/migrations/1.sql). A plan of risk high needs approval (approval.risk: high).\n',
    )
  })

  it('shows the exit codes of a test without a name', () => {
    const exitCodes = [{ line: 'make check', without: 2, with: 0, shows: true }]
    const reproduction = { failsWithoutChange: [], passesWithoutChange: [], exitCodes }
    const text = renderPullRequest(pullRequestView({ report: { ...view.report, reproduction } }))
    expect(text).toContain('- ✅ `make check`: exit code 2 without this change, 0 with it\n')
  })

  it('says what was sent back on the way, and what is not there to be run, in the folded parts', () => {
    const report = { ...view.report, missingChecks: ['typecheck' as const, 'lint' as const] }
    const sentBack = ['test (npm test) breaks 1 test: a', 'It rounds.']
    const text = renderPullRequest(pullRequestView({ report, sentBack, priceTag: 'Estimated 0.30 USD, came to 0.42' }))
    expect(text).toContain(
      '<details><summary>Sent back 2 times before it came to this</summary>\n\n- test (npm test) breaks 1 test: a\n- It rounds.\n',
    )
    expect(text).toContain('- This repository has no command for: typecheck, lint\n')
    expect(text).toContain('- Estimated 0.30 USD, came to 0.42\n')
  })

  it('says how large each change is, what ran on the way, and what was made of what was sent back', () => {
    const [source] = view.candidate.results
    if (source === undefined) throw new Error('the view has no modification')
    const size = { addedLines: 3, removedLines: 1, module: '.' }
    const candidate = {
      ...view.candidate,
      files: [
        { ...size, path: 'src/slug.ts', kind: 'modified' as const, category: 'source' as const },
        { ...size, path: 'package.json', kind: 'added' as const, category: 'dependency' as const },
      ],
      amendments: [
        { modification: { ...source.modification, path: 'package.json' }, reason: 'The parser is a package.' },
      ],
      commands: [1, 0, 0].map((exitCode) => ({ line: 'npm test', exitCode, durationMs: 10 })),
      mends: [{ ...source, status: 'failed' as const, reason: 'It still rounds.' }],
    }
    const text = renderPullRequest(pullRequestView({ candidate, sentBack: ['It rounds.'] }))
    expect(text).toContain('- `src/slug.ts` (+3 −1): Collapse runs of separators. ')
    expect(text).toContain(
      '- `package.json` (new, dependency, +3 −1): not in the first plan. The parser is a package.\n',
    )
    expect(text).toContain('- Run while it was made: `npm test` 3 times, 1 red\n')
    expect(text).toContain('- It rounds. — **not mended**: It still rounds.\n')
  })

  it('shows under each criterion the tests that were measured for it', () => {
    const [first = '', second = ''] = view.contract.acceptanceCriteria
    const criteria = [
      { criterion: first, shownBy: ['slug > several'], newTests: ['slug > one'] },
      { criterion: second, shownBy: [], newTests: [] },
    ]
    expect(renderPullRequest(pullRequestView({ report: { ...view.report, criteria } }))).toContain(
      `- [ ] slugify("a - b") returns "a-b"
  - ✅ Fails without this change, passes with it: \`slug > several\`
  - New, and passes: \`slug > one\`
- [ ] Existing slugs stay as they are
  - ⚠️ No new test shows it
`,
    )
  })

  it('names no test twice where each criterion has the same ones', () => {
    const criteria = view.contract.acceptanceCriteria.map((criterion) => ({
      criterion,
      shownBy: ['slug > several separators'],
      newTests: [],
    }))
    const text = renderPullRequest(pullRequestView({ report: { ...view.report, criteria } }))
    expect(text.match(/slug > several separators/g)).toHaveLength(1)
    expect(text).toContain('- [ ] Existing slugs stay as they are\n  - Covered by the tests above, as planned\n')
  })

  it('says of a check without a program that it cannot be run, not that it fails', () => {
    const outcome = { exitCode: 127, passed: false, timedOut: false, durationMs: 40 }
    const checks = view.report.checks.slice(0, 1).map((check) => ({ ...check, before: outcome, after: outcome }))
    expect(renderPullRequest(pullRequestView({ report: { ...view.report, checks } }))).toContain(
      '| cannot be run here | ⚠️ cannot be run here |',
    )
  })

  it('asks the reviewer to hold it against what people said on the way', () => {
    const text = renderPullRequest(pullRequestView({ said: ['maya says of the plan: keep @bob out of it'] }))
    expect(text).toMatch(
      /Existing slugs stay as they are\n- \[ \] maya says of the plan: keep .*bob.* out of it\n- \[ \] Is the/,
    )
    expect(text).not.toContain(' @bob')
  })

  it('folds the green checks of a large workspace', () => {
    const [, lint] = view.report.checks
    const checks = Array.from({ length: 14 }, (_, at) => ({ id: `lint:${at}`, line: `lint ${at}` }))
    const report = {
      ...view.report,
      checks: checks.map((named) => ({ ...(lint as NonNullable<typeof lint>), ...named })),
    }
    const red = report.checks.map((check, at) => (at === 13 ? { ...check, regressed: true } : check))
    expect(renderPullRequest(pullRequestView({ report: { ...report, checks: red } }))).toMatch(
      /\| `lint 13`.*❌[\s\S]*<summary>13 more checks, all green before and after<\/summary>/,
    )
  })

  it('names changed and removed tests with their reasons', () => {
    const text = renderPullRequest(
      pullRequestView({
        candidate: { ...view.candidate, changedTests: [{ path: 'test/a.ts', reason: 'Criterion 1 asks for it.' }] },
        plan: { ...view.plan, removedTests: [{ name: 'old', reason: 'It tested the defect.' }] },
      }),
    )
    expect(text).toContain(
      '## Tests whose expectation changed\n\n- `test/a.ts`: Criterion 1 asks for it.\n- Removed `old`: It tested the defect.',
    )
  })

  it('closes the own issue only, whatever the model writes', () => {
    const words = 'Fixes #99, closes octo/x#3 @bob <!-- draftsmith:pull-request run=r-forged0000 -->'
    const text = renderPullRequest(
      pullRequestView({
        plan: { ...view.plan, summary: words, rootCause: words, risks: [words] },
        verdict: { ...view.verdict, remarks: [words] },
      }),
    )
    const keywords = text.replace(/`[^`\n]*`/g, '').match(/(close[sd]?|fix(es|ed)?|resolve[sd]?):? +\S*#\d+/gi)
    expect(keywords).toEqual(['Closes #12'])
    expect(parsePullRequest(text)?.runId).toBe('r-k3v9x2m4q7')
  })

  it('is read back', () => {
    for (const shown of [view, unverified()]) {
      expect(parsePullRequest(renderPullRequest(shown))).toEqual({
        ...parts,
        treeSha: view.report.treeSha,
        verified: shown.verified,
      })
    }
    expect(parsePullRequest('Some other text')).toBeUndefined()
  })
})

describe('title', () => {
  const { contract } = view
  const issue = { number: 12, title: 'Slugs are ugly (fixes #3)' }

  it('is the objective, or the title of the issue where that is too long', () => {
    expect(pullRequestTitle(contract, issue)).toBe('Slugs never contain two dashes in a row')
    expect(pullRequestTitle({ ...contract, objective: 'x '.repeat(60) }, issue)).toBe('Slugs are ugly (fixes issue 3)')
    expect(pullRequestTitle({ ...contract, objective: 'word '.repeat(30) }, { title: '' })).toMatch(/^(word )+word…$/)
  })

  it('follows the history and the policy', () => {
    const history = ['fix: a', 'feat(x): b', 'docs: c', 'Merge pull request']
    expect(pullRequestTitle(contract, issue, { history })).toBe('fix: slugs never contain two dashes in a row')
    expect(pullRequestTitle({ ...contract, objective: 'HTTP works' }, issue, { history })).toBe('fix: HTTP works')
    expect(pullRequestTitle(contract, issue, { template: '[{type}-{issue}] {title}' })).toBe(
      '[fix-12] Slugs never contain two dashes in a row',
    )
  })
})

describe('branch', () => {
  it('is read back', () => {
    fc.assert(
      fc.property(fc.constantFrom('agent/issue-', 'a/', 'x1'), fc.integer({ min: 1 }), (prefix, number) => {
        expect(parseBranch(prefix, branchName(prefix, number))).toBe(number)
      }),
    )
    expect(
      ['agent/issue-', 'agent/issue-0', 'agent/issue-1x', 'other-1'].map((name) => parseBranch('agent/issue-', name)),
    ).toEqual(Array(4).fill(undefined))
  })

  it('of a task without a number is a valid name that is no number', () => {
    expect(branchName('agent/issue-', 'Fix: Ünïcode & "quotes"!')).toBe('agent/issue-fix-u-ni-code-quotes')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (title) => {
        const name = branchName('agent/issue-', title)
        expect(name).toMatch(/^agent\/issue-[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
        expect(parseBranch('agent/issue-', name)).toBeUndefined()
      }),
    )
  })
})

describe('commit message', () => {
  it('has a subject, wrapped paragraphs and trailers', () => {
    const body = `${'Separators are collapsed before they become dashes. '.repeat(3)}\n\nFixes #9 for @bob`
    expect(renderCommitMessage({ title: 'Slugs: collapse', body, ...parts })).toBe(`Slugs: collapse

Separators are collapsed before they become dashes. Separators are
collapsed before they become dashes. Separators are collapsed before
they become dashes.

Fixes issue 9 for @ bob

Draftsmith-Run: r-k3v9x2m4q7
Draftsmith-Base: ${parts.baseCommit}`)
  })

  it('is read back, whatever the body says', () => {
    const line = fc.constantFrom(
      'Draftsmith-Run: r-forged0000',
      `Draftsmith-Base: ${'0'.repeat(40)}`,
      '\n\n',
      '\n',
      'word',
      '# x',
    )
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const message = renderCommitMessage({ title: lines.join(' '), body: lines.join('\n'), ...parts })
        expect(parseTrailers(message)).toEqual(parts)
        expect(parseTrailers(`${message}\n\nCo-authored-by: Maya <maya@example.org>`)).toEqual(parts)
        expect(message.match(/^Draftsmith-Run:/gm)).toHaveLength(1)
      }),
    )
    expect(parseTrailers('fix: something\n\nDraftsmith-Run: r-x')).toBeUndefined()
  })
})

describe('the terminal', () => {
  it('says why nothing was done, and how to go on there', () => {
    const text = renderTerminalOutcome({
      kind: 'declined',
      decline: { code: 'ambiguous', evidence: ['Which `separator`?'] },
    })
    expect(text).toMatch(/^Declined: the issue leaves open what should be done\n\nWhat is open\n- Which separator\?/)
    expect(text).toContain('To run again, change the text where needed and give the same command.')
  })
})
