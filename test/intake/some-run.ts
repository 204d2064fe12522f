import type { Run } from '../../src/run/run.ts'

/** A queued run of issue 12, for tests that only read one. */
export function someRun(fields: Partial<Run> = {}): Run {
  return {
    id: 'r-0123456789',
    taskKey: 'github:acme/tool#12',
    repositoryKey: 'github:acme/tool',
    attempt: 1,
    task: {
      source: { kind: 'github_issue', installationId: 1001, owner: 'acme', repo: 'tool', number: 12 },
      title: 'A title',
      body: '',
      removed: [],
      labels: [],
      requestedBy: 'mia',
      requestedAt: '2026-01-02T03:04:05Z',
    },
    state: 'queued',
    outcome: undefined,
    epoch: 0,
    version: '0.0.0',
    cancelReason: undefined,
    createdAt: new Date('2026-01-02T03:04:05Z'),
    startedAt: undefined,
    endedAt: undefined,
    question: undefined,
    workedMs: 0,
    tries: 0,
    waitedMs: 0,
    recordFormat: 1,
    ...fields,
  }
}
