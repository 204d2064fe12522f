import { expect, test } from 'vitest'
import type { Readiness } from '../../src/prepare/readiness.ts'
import { parseReadinessReport, readinessMarker, renderReadinessReport } from '../../src/render/readiness-report.ts'
import { parseStatus } from '../../src/render/status.ts'
import { statusView } from './views.ts'

const readiness: Readiness = {
  verdict: 'limited',
  languages: ['JavaScript'],
  buildSystems: ['npm'],
  packages: [],
  files: 12,
  commands: [],
  missingTools: [],
  sandbox: 'bubblewrap',
  testFiles: 3,
  testFolders: ['test'],
  instructions: [],
  owners: true,
  notes: ['There is no lock file.'],
  improvements: [{ code: 'write_instructions', of: [] }],
}
const report = { readiness, of: { repository: 'octo/slugs', branch: 'main', baseCommit: '4f1c2d3e4f5a6b7c' } }
const ended = statusView({ state: 'ended', outcome: { kind: 'reported', verdict: 'limited' }, readiness: report })

test('the report stands below its outcome, each note once', () => {
  const text = renderReadinessReport({ ...ended, notes: ['There is no lock file.', 'Commands ran without a sandbox.'] })
  expect(text).toMatchInlineSnapshot(`
    "<!-- draftsmith:readiness issue=12 run=r-k3v9x2m4q7 state=ended outcome=reported verdict=limited at=2026-11-20T10%3A42%3A07.120Z -->

    ### 🧪 Readiness of this repository

    **Usable: a change here can be verified, with the limits below.** Measured on \`octo/slugs\`, branch \`main\` at \`4f1c2d3e4f\`.

    **Repository**

    - JavaScript, built with npm: 12 files
    - 3 test files, mostly in \`test\`
    - Instructions for contributors: none
    - Code owners: yes
    - Commands ran in a sandbox (bubblewrap)

    **Notes**

    - There is no lock file.

    **What would make it better, the greatest effect first**

    1. Write an \`AGENTS.md\` or \`CONTRIBUTING.md\` with the conventions that a newcomer could not guess; it is read before each change.

    To measure again, comment \`/draftsmith readiness\`.

    > [!NOTE]
    > - Commands ran without a sandbox.

    <sub>No model was asked · run \`r-k3v9x2m4q7\` · ended 2026-11-20 10:42:07 UTC</sub>"
  `)
})

test('is read back, and is no status comment', () => {
  const text = renderReadinessReport(ended)
  expect(text.startsWith(readinessMarker())).toBe(true)
  expect(parseStatus(text)).toBeUndefined()
  expect(parseReadinessReport(text)).toEqual({
    runId: ended.runId,
    state: 'ended',
    at: ended.at,
    outcome: 'reported',
    verdict: 'limited',
  })
  expect(parseReadinessReport('### A comment')).toBeUndefined()
})

test.each([
  [
    'waits',
    { state: 'queued' as const, queuePosition: 2 },
    '⏳ Waiting for a free worker\n\n2 runs are before this one.',
  ],
  [
    'waits for another attempt',
    { state: 'queued' as const, retry: { reason: 'GitHub does not answer.', by: '2026-11-20T10:44:07.120Z' } },
    '⏳ Waiting to try again\n\nGitHub does not answer.\n\nIt is tried again by 2026-11-20 10:44:07 UTC.',
  ],
  ['runs', {}, '🧪 Installing, and running the checks\n\n<sub>No model was asked'],
  [
    'failed',
    {
      state: 'ended' as const,
      outcome: { kind: 'failed' as const, code: 'x', reason: 'The disk is full.', mend: 'Make room.' },
    },
    '❌ Failed\n\nThe disk is full.\n\n**What helps:** Make room.\n\nTo measure again, comment `/draftsmith readiness`.',
  ],
])('a run that %s says so', (_, change, words) => {
  expect(renderReadinessReport(statusView(change))).toContain(`### ${words}`)
})

test('a report of any length fits into a comment', () => {
  const notes = Array.from({ length: 1_000 }, (_, at) => `${at} ${'long '.repeat(60)}`)
  const text = renderReadinessReport({ ...ended, readiness: { ...report, readiness: { ...readiness, notes } } })
  expect(text.length).toBeLessThanOrEqual(65_000)
})
