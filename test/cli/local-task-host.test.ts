import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createLocalTaskHost } from '../../src/cli/local-task-host.ts'
import type { PublishRequest } from '../../src/publish/publication.ts'

/** Of no account; in two pieces, so that nobody takes it for one. */
const secret = ['ghp', 'R2d9kXq7LmZ4vB8nT1sW6yC3hF5jP0aEuGiO'].join('_')

it('leaves no credential in the report or the commit, and the patch as it is', async () => {
  const results = await mkdtemp(join(tmpdir(), 'draftsmith-results-'))
  const kept: PublishRequest[] = []
  const host = createLocalTaskHost({
    base: { repository: '/shop', baseBranch: 'main', baseCommit: 'c', policyText: undefined, notes: [] },
    results,
    show: () => {},
    keepBranch: async (request) => {
      kept.push(request)
      return 'sha'
    },
  })
  const request: PublishRequest = {
    ...{ runId: 'r-1', form: 'branch', verified: true, branch: 'agent/x', baseBranch: 'main', baseCommit: 'c' },
    ...{ treeSha: 't', changes: [], patch: 'diff --git a/a b/a\n', labels: [], reviewers: [] },
    title: `Mend ${secret}`,
    body: `It printed ${secret}.`,
    commitMessage: `fix: ${secret}`,
  }
  await host.publish(request, async () => {})
  const report = await readFile(join(results, 'report.md'), 'utf8')
  expect(report).toBe('# Mend [redacted: github-token]\n\nIt printed [redacted: github-token].\n')
  expect(kept[0]?.commitMessage).toBe('fix: [redacted: github-token]')
  expect(await readFile(join(results, 'change.patch'), 'utf8')).toBe('diff --git a/a b/a\n')
  await rm(results, { recursive: true })
})
