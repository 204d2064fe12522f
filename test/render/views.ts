// One run as the renderers see it; each test changes what it is about.
import type { PullRequestView } from '../../src/render/pull-request-view.ts'
import type { StatusView } from '../../src/render/status-view.ts'
import { stages } from '../../src/run/run.ts'

const baseCommit = '4f1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c'

export function statusView(change: Partial<StatusView> = {}): StatusView {
  return {
    runId: 'r-k3v9x2m4q7',
    state: 'running',
    issue: 12,
    stages: stages.map((stage, at) => ({
      stage,
      status: at < 6 ? 'done' : at === 6 ? 'running' : 'pending',
      ...(stage === 'screen' ? { note: 'from main at 4f1c2d3' } : {}),
      ...(stage === 'prepare' ? { note: '12 tests pass, 1 fails already', durationMs: 8_400 } : {}),
    })),
    plan: [
      { path: 'src/slug.ts', title: 'Collapse runs of separators', status: 'done' },
      { path: 'test/slug.test.ts', title: 'Cover titles with several separators', status: 'running' },
    ],
    tokens: 18_340,
    usd: 0.42,
    maxUsd: 5,
    at: '2026-11-20T10:42:07.120Z',
    notes: [],
    ignored: [],
    ...change,
  }
}

export function pullRequestView(change: Partial<PullRequestView> = {}): PullRequestView {
  const source = {
    id: 'slug',
    path: 'src/slug.ts',
    kind: 'modify' as const,
    title: 'Collapse runs of separators',
    reason: 'A title with " - " gave three dashes in a row.',
    dependsOn: [],
    test: false,
    estimatedLines: 3,
  }
  const test = {
    ...source,
    id: 'test',
    path: 'test/slug.test.ts',
    title: 'Cover titles with several separators',
    test: true,
  }
  return {
    runId: 'r-k3v9x2m4q7',
    issue: { number: 12, url: 'https://github.com/octo/slugs/issues/12' },
    verified: true,
    contract: {
      taskType: 'bug_fix',
      objective: 'Slugs never contain two dashes in a row.',
      affectedFiles: ['src/slug.ts'],
      searchTerms: ['slugify'],
      constraints: [],
      acceptanceCriteria: ['slugify("a - b") returns "a-b"', 'Existing slugs stay as they are'],
      complexity: 'low',
      risk: 'medium',
      questions: [],
      repository: 'octo/slugs',
      baseBranch: 'main',
      baseCommit,
      scope: { include: [], exclude: [] },
      components: [],
      requestedBy: 'maya',
    },
    plan: {
      summary: 'Separators are collapsed before they become dashes, so no slug has two dashes in a row.',
      rootCause: '`slugify` in `src/slug.ts` replaces each separator by itself.',
      modifications: [source, test],
      removedTests: [],
      risks: ['Stored slugs of old titles stay as they were.'],
      questions: [],
      feasible: true,
    },
    candidate: {
      treeSha: '9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b',
      patch: '',
      results: [
        { modification: source, status: 'done', repairs: [], treeSha: '' },
        { modification: test, status: 'done', repairs: ['update_test'], treeSha: '' },
      ],
      amendments: [],
      changedTests: [],
      explanation: '',
      conversation: [],
      turns: 4,
      toolCalls: 9,
    },
    report: {
      treeSha: '9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b',
      baseCommit,
      verified: true,
      checks: [
        {
          id: 'test',
          name: 'test',
          line: 'npm test',
          required: true,
          before: {
            exitCode: 1,
            passed: false,
            timedOut: false,
            durationMs: 1_900,
            counts: { passed: 12, failed: 1, skipped: 0 },
          },
          after: {
            exitCode: 1,
            passed: false,
            timedOut: false,
            durationMs: 2_100,
            counts: { passed: 13, failed: 1, skipped: 0 },
          },
          broken: [],
          fixed: [],
          added: ['slug > several separators'],
          stillFailing: ['date > time zones'],
          flaky: [],
          regressed: false,
          summary: '',
          log: 'test.log',
        },
        {
          id: 'lint',
          name: 'lint',
          line: 'npm run lint | tee out',
          required: false,
          before: { exitCode: 0, passed: true, timedOut: false, durationMs: 800 },
          after: { exitCode: 0, passed: true, timedOut: false, durationMs: 810 },
          broken: [],
          fixed: [],
          added: [],
          stillFailing: [],
          flaky: [],
          regressed: false,
          summary: '',
          log: 'lint.log',
        },
      ],
      reproduction: { failsWithoutChange: ['slug > several separators'], passesWithoutChange: [] },
      secrets: [],
      violations: [],
      problems: [],
      beyondRepair: [],
      notVerified: ['There is no type check in this repository.'],
      sandbox: 'bubblewrap',
    },
    verdict: { passed: true, objections: [], remarks: ['Is the order of the two replacements obvious enough?'] },
    charge: {
      tokens: 18_340,
      usd: 0.42,
      calls: 6,
      usage: { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 },
    },
    maxUsd: 5,
    durationMs: 94_000,
    notes: [],
    ignored: [],
    ...change,
  }
}
