import { describe, expect, it } from 'vitest'
import { type DeclineCode, declineCodes } from '../../src/policy/decline.ts'
import { declineTitle, renderDecline } from '../../src/render/decline.ts'

const links: Partial<Record<DeclineCode, string[]>> = {
  duplicate_pull_request: ['https://github.test/octo/slugs/pull/7'],
}

/** What the rules really find, one case a code. */
const found: Record<DeclineCode, string[]> = {
  too_complex: [
    'As understood: tally keeps its data in a database and has logins.',
    'Its complexity is judged as high: design decisions are open, it spans many parts, or no test can show it.',
  ],
  too_large: ['The plan touches 16 files; limits.files is 15.'],
  ambiguous: ['Which separator is meant, `-` or `_`?'],
  not_feasible: ['The format has no field for a currency.', 'Where should the currency be kept?'],
  not_reproducible: [
    'On the base commit, npm test: 42 tests pass, none fails.',
    'Written to show the defect, but passes without a change, too: slug > keeps one dash',
  ],
  protected_path: ['It asks to change .github/workflows/ci.yml: "Please update `.github/workflows/ci.yml`, @bob."'],
  task_type_not_allowed: ['The labels say that this is a feature task; the policy says modes.feature: decline.'],
  not_ready: ['The label "needs-design" says that this is not to be worked on.'],
  untested_code: ['No test is named after src/slug.ts or imports it.'],
  no_checks: ['No command that runs tests was found; only: npm run lint.', 'Languages: TypeScript.'],
  tool_missing: ['Not on this machine: pytest.'],
  install_failed: ['npm ci ended with exit code 1:\nnpm error code EUSAGE\nnpm error The lock file is out of date.'],
  baseline_unusable: ["npm test\n> vitest run\n\nError: Cannot find module './setup' @bob"],
  duplicate_pull_request: ['Pull request 7 "Fix slugs" is open, and it closes this issue.'],
  already_made: ['main has moved from 1a2b3c4 to 5d6e7f8 meanwhile, and holds the same change.'],
  issue_closed: ['#12 is closed'],
  issue_locked: ['#12 is locked'],
  issue_is_pull_request: ['#12 is a pull request'],
  issue_too_large: ['The text has 88 KiB; at most 64 are read.'],
  issue_empty: ['The title is "Broken" and the description is empty.', 'Hidden text is not read: 2 × HTML comment.'],
  repository_archived: ['octo/slugs is archived'],
  repository_empty: ['octo/slugs has no commit on main'],
  repository_too_large: ['The repository has 3000 MiB; limits.repositoryMiB is 2048.'],
  issues_disabled: ['issues of octo/slugs are disabled'],
  branch_missing: ['.github/draftsmith.yml names base: develop, and there is no such branch'],
  policy_invalid: ['line 3, column 5: `limits.file` is no key; did you mean `limits.files`?'],
  path_missing: ['There is no src/slugs.ts. Close to it: src/slug.ts.'],
}

describe('every decline', () => {
  it('as its reader sees it', async () => {
    const texts = declineCodes.map((code) =>
      [
        `### 🚫 Declined: ${declineTitle(code)}`,
        renderDecline({ code, evidence: found[code], links: links[code] ?? [] }),
      ].join('\n\n'),
    )
    await expect(`${texts.join('\n\n')}\n`).toMatchFileSnapshot('declines.md')
  })

  it.each(declineCodes)('%s: evidence, what would change the answer, how to run again', (code) => {
    const text = renderDecline({ code, evidence: found[code] })
    expect(declineTitle(code)).toMatch(/^[a-z`].*[^.]$/)
    expect(text).toMatch(/^\*\*What (was found|is open)\*\*\n- \S/)
    expect(text).toMatch(/\n\*\*What would change the answer\*\*\n- [A-Z]/)
    if (code !== 'issue_is_pull_request') expect(text).toMatch(/`\/draftsmith (run|retry)`/)
    expect(text).not.toMatch(/^\/draftsmith/m)
    expect(text).not.toMatch(/(?<!`)@bob(?![\s\S]*```)/)
  })

  it('notifies nobody, whatever a command has printed', () => {
    const text = renderDecline({ code: 'install_failed', evidence: ['@mia #12\n```\n@bob\n```\n'] })
    expect(text).toContain('- `@mia` `#12`\n\n  ````\n  ```\n  @bob\n  ```\n  ````\n')
  })

  it('quotes the end of a long output in whole lines', () => {
    const output = Array.from({ length: 400 }, (_, at) => `line ${at}`).join('\n')
    const text = renderDecline({ code: 'baseline_unusable', evidence: [`npm test\n${output}`] })
    expect(text).toMatch(/```\n {2}…\n {2}line \d+\n/)
    expect(text).toContain('  line 399\n  ```')
    expect(text.length).toBeLessThan(3_000)
  })

  it('says locally how to go on there', () => {
    const local = (code: DeclineCode) => renderDecline({ code, evidence: found[code] }, 'local')
    expect(local('tool_missing')).toMatch(/To run again, give the same command\.$/)
    expect(local('ambiguous')).toMatch(/To run again, change the text where needed and give the same command\.$/)
  })
})
