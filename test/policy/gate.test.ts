import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gate, gateSnapshot, lostPaths } from '../../src/policy/gate.ts'
import { levels, risks, type TaskContract } from '../../src/task/contract.ts'
import { contractOf, factsOf, policyOf, snapshotOf } from './fixture.ts'

const decide = (change: Partial<TaskContract>, policy: string = '') =>
  gate(contractOf(change), policyOf(policy), factsOf())

describe('risk and mode', () => {
  it.each([
    ['documentation', {}, 'low', 'autonomous_pr', 'allowed'],
    ['bug_fix', {}, 'medium', 'supervised_pr', 'allowed'],
    [
      'bug_fix',
      { objective: 'The public API keeps its shape after the breaking change.' },
      'high',
      'draft_only',
      'approval_required',
    ],
    ['bug_fix', { affectedFiles: ['db/migrations/1.sql'] }, 'high', 'draft_only', 'approval_required'],
    ['bug_fix', { affectedFiles: ['packages/a/x.ts', 'packages/b/y.ts'] }, 'high', 'draft_only', 'approval_required'],
    ['bug_fix', { objective: 'Passwords are compared in constant time.' }, 'critical', 'analysis_only', 'allowed'],
    ['bug_fix', { affectedFiles: ['src/auth/token.ts'] }, 'critical', 'analysis_only', 'allowed'],
    ['bug_fix', { acceptanceCriteria: ['A refund is booked once'] }, 'high', 'draft_only', 'approval_required'],
    ['bug_fix', { acceptanceCriteria: ['A payment is refunded once'] }, 'critical', 'analysis_only', 'allowed'],
    [
      'documentation',
      { signals: [{ risk: 'critical', reason: 'it is about CI ("CI")' }] },
      'critical',
      'analysis_only',
      'allowed',
    ],
  ] as const)('%s %j is %s', (taskType, change, risk, mode, kind) => {
    expect(decide({ taskType, ...(change as Partial<TaskContract>) })).toMatchObject({ kind, risk, mode })
  })

  it('may be raised by the model, and never lowered', () => {
    expect(decide({ risk: 'high' })).toMatchObject({ risk: 'high' })
    expect(decide({ risk: 'low', objective: 'Encryption keys rotate.' })).toMatchObject({ risk: 'critical' })
  })

  it('is never lowered by a word of the model', () => {
    const words = fc.constantFrom(
      'Slugs are short.',
      'The login works.',
      'Refunds are booked once.',
      'A public API stays.',
    )
    const paths = fc.constantFrom('src/a.ts', 'src/auth/a.ts', 'db/migrations/1.sql', 'docs/a.md')
    fc.assert(
      fc.property(
        words,
        paths,
        fc.constantFrom(...risks),
        fc.constantFrom(...levels),
        (objective, path, risk, complexity) => {
          const change = { objective, affectedFiles: [path], complexity, taskType: 'bug_fix' as const }
          const told = decide({ ...change, risk }, 'complexity: approval')
          const untold = decide({ ...change, risk: 'low' }, 'complexity: approval')
          if (told.kind === 'declined' || untold.kind === 'declined') throw new Error('declined')
          expect(risks.indexOf(told.risk)).toBe(Math.max(risks.indexOf(risk), risks.indexOf(untold.risk)))
        },
      ),
    )
  })

  it('is at least the sensitivity of the repository', () => {
    expect(decide({ taskType: 'documentation' }, 'sensitivity: high')).toMatchObject({
      risk: 'high',
      reasons: expect.arrayContaining(['Risk high: the policy says sensitivity: high.']),
    })
  })

  it('names the word or path that raised it', () => {
    expect(decide({ affectedFiles: ['src/auth/token.ts'] })).toMatchObject({
      reasons: ['Risk critical: it touches authentication (src/auth/token.ts).'],
    })
  })

  it('a policy makes a kind of task stricter, never looser', () => {
    expect(decide({}, 'modes: { bug_fix: analysis_only }')).toMatchObject({ mode: 'analysis_only' })
    expect(decide({ risk: 'high' }, 'modes: { bug_fix: autonomous_pr }')).toMatchObject({ mode: 'draft_only' })
  })
})

describe('what the gate declines', () => {
  it.each([
    [{ complexity: 'high' }, '', 'too_complex'],
    [{}, 'modes: { bug_fix: decline }', 'task_type_not_allowed'],
    [{ affectedFiles: ['.github/workflows/ci.yml'] }, '', 'protected_path'],
    [{ affectedFiles: ['src/slug.ts'] }, 'scope: { exclude: [src] }', 'protected_path'],
  ] as const)('%j %s', (change, policy, code) => {
    expect(decide(change as Partial<TaskContract>, policy)).toMatchObject({ kind: 'declined', decline: { code } })
  })

  it('a protected file beside another one leaves a way', () => {
    expect(decide({ affectedFiles: ['src/slug.ts', 'config/app.json'] })).toMatchObject({ kind: 'allowed' })
  })

  it('a folder that the issue names is where to look, not what is written', () => {
    for (const path of ['tools/report', 'tools/report/'])
      expect(decide({ affectedFiles: [path] })).toMatchObject({ kind: 'allowed' })
    expect(decide({ affectedFiles: ['logo.png'] })).toMatchObject({ decline: { code: 'protected_path' } })
    expect(decide({ affectedFiles: ['infra/'] })).toMatchObject({ decline: { code: 'protected_path' } })
  })

  it('complexity waits for approval where the policy says so', () => {
    expect(decide({ complexity: 'high' }, 'complexity: approval')).toMatchObject({ kind: 'approval_required' })
  })
})

describe('on the clone', () => {
  const known = (
    change: Partial<TaskContract>,
    options: { files?: string[]; checks?: ('test' | 'lint')[]; policy?: string; missing?: string[] } = {},
  ) => {
    const { files = ['src/slug.ts'], checks = ['test'], policy = '', missing = [] } = options
    const decision = decide(change, policy)
    if (decision.kind === 'declined') throw new Error('declined before the clone')
    return gateSnapshot({
      contract: contractOf(change),
      decision,
      snapshot: snapshotOf(...checks),
      policy: policyOf(policy),
      files: new Set(files),
      missingTools: missing,
    })
  }

  it('keeps the decision when everything is there', () => {
    expect(known({})).toEqual(decide({}))
  })

  it('declines a repair of files that do not exist, with those that may be meant', () => {
    expect(known({ affectedFiles: ['src/slugs.ts'] })).toMatchObject({
      decline: { code: 'path_missing', evidence: ['There is no src/slugs.ts. Close to it: src/slug.ts.'] },
    })
    expect(known({ taskType: 'feature', affectedFiles: ['src/new.ts'] })).toMatchObject({ kind: 'allowed' })
    expect(known({ affectedFiles: ['slug.ts', 'src/gone.ts'] })).toMatchObject({ kind: 'allowed' })
  })

  it('tells which of several files are not there', () => {
    const contract = contractOf({ affectedFiles: ['src/slug.ts', 'src/slugs.ts'] })
    const files = new Set(['src/slug.ts'])
    expect(lostPaths(contract, files)).toEqual(['There is no src/slugs.ts. Close to it: src/slug.ts.'])
    expect(lostPaths({ ...contract, taskType: 'feature' }, files)).toEqual([])
  })

  it('declines where no test can be run, unless the policy or the kind of task says otherwise', () => {
    expect(known({}, { checks: ['lint'] })).toMatchObject({
      decline: {
        code: 'no_checks',
        evidence: ['No command that runs tests was found; only: npm run lint.', 'Languages: TypeScript.'],
      },
    })
    expect(known({}, { checks: ['lint'], policy: 'thinTests: allow' })).toMatchObject({ kind: 'allowed' })
    expect(known({}, { checks: [], policy: 'thinTests: allow' })).toMatchObject({ kind: 'declined' })
    expect(known({}, { checks: [], policy: 'thinTests: unverified' })).toMatchObject({ kind: 'allowed' })
    expect(known({ taskType: 'documentation' }, { checks: [] })).toMatchObject({ kind: 'allowed' })
  })

  it('declines where a tool is missing', () => {
    expect(known({}, { missing: ['pytest'] })).toMatchObject({
      decline: { code: 'tool_missing', evidence: ['Not on this machine: pytest.'] },
    })
  })
})
