// What execution and verification would have come to, for the stages after them.
import type { Candidate } from '../../src/execute/candidate.ts'
import type { VerificationReport } from '../../src/verify/report.ts'

export function candidateAt(treeSha: string, more: Partial<Candidate> = {}): Candidate {
  return {
    treeSha,
    patch: '',
    results: [],
    amendments: [],
    changedTests: [],
    explanation: 'in the words of the coder',
    conversation: [],
    turns: 1,
    toolCalls: 1,
    ...more,
  }
}

export function verifiedReport(treeSha: string, more: Partial<VerificationReport> = {}): VerificationReport {
  const outcome = { exitCode: 0, passed: true, timedOut: false, durationMs: 12 }
  const check = {
    id: 'test',
    name: 'test' as const,
    line: 'node --test',
    required: true,
    before: outcome,
    after: outcome,
  }
  const same = { broken: [], fixed: [], added: [], stillFailing: [], flaky: [], regressed: false, summary: '' }
  return {
    treeSha,
    baseCommit: '0'.repeat(40),
    verified: true,
    checks: [{ ...check, ...same, log: 'verify-1/test.log' }],
    reproduction: { failsWithoutChange: ['counts every price'], passesWithoutChange: [] },
    secrets: [],
    violations: [],
    problems: [],
    beyondRepair: [],
    notVerified: [],
    sandbox: 'none',
    ...more,
  }
}
