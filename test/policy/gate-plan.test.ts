import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { autonomyModes } from '../../src/policy/decision.ts'
import { gate } from '../../src/policy/gate.ts'
import { decideOnPlan, gatePlan } from '../../src/policy/gate-plan.ts'
import { risks, type TaskContract, taskTypes } from '../../src/task/contract.ts'
import { contractOf, factsOf, planOf, policyOf } from './fixture.ts'

describe('on the plan', () => {
  const files = [
    'src/slug.ts',
    'tsconfig.json',
    'src/auth/a.ts',
    ...Array.from({ length: 20 }, (_, at) => `src/f${at}.ts`),
  ]
  const onPlan = (plan: ReturnType<typeof planOf>, policy: string = '') =>
    gatePlan(plan, contractOf(), { policy: policyOf(policy), knownFiles: new Set(files) })

  it('lets a small plan pass', () => {
    expect(onPlan(planOf('src/slug.ts'))).toEqual({ kind: 'ok' })
  })

  it('above the limits asks for approval, or declines', () => {
    const large = planOf(...files.slice(3, 19))
    expect(onPlan(large)).toEqual({
      kind: 'approval_required',
      reasons: ['The plan touches 16 files; limits.files is 15.'],
    })
    expect(onPlan(large, 'approval: { size: decline }')).toMatchObject({ decline: { code: 'too_large' } })
    expect(onPlan(planOf('src/slug.ts'), 'limits: { addedLines: 9 }')).toEqual({
      kind: 'approval_required',
      reasons: ['The plan adds about 10 lines; limits.addedLines is 9.'],
    })
  })

  it.each([
    ['src/auth/a.ts', 'Risk critical: it touches authentication (src/auth/a.ts).'],
    ['tsconfig.json', 'tsconfig.json is type check configuration, and the issue does not ask to change it.'],
  ])('asks for approval of %s', (path, reason) => {
    expect(onPlan(planOf(path))).toEqual({ kind: 'approval_required', reasons: [reason] })
  })

  it('asks for approval of listed paths', () => {
    expect(onPlan(planOf('src/slug.ts'), 'approval: { paths: ["src/s*"] }')).toEqual({
      kind: 'approval_required',
      reasons: ['The policy asks for approval of changes to src/slug.ts (approval.paths).'],
    })
  })

  it('declines what the issue asks to leave alone', () => {
    const scope = { include: [], exclude: ['src/auth'] }
    const options = { policy: policyOf(), knownFiles: new Set(files) }
    expect(gatePlan(planOf('src/auth/a.ts'), contractOf({ scope }), options)).toMatchObject({
      decline: { code: 'protected_path', evidence: ['src/auth/a.ts is what the issue asks to leave alone.'] },
    })
    expect(gatePlan(planOf('src/slug.ts'), contractOf({ scope }), options)).toEqual({ kind: 'ok' })
  })

  it('declines protected and missing files, and a plan that says it cannot be done', () => {
    expect(onPlan(planOf('src/slug.ts', 'infra/a.ts'))).toMatchObject({ decline: { code: 'protected_path' } })
    expect(onPlan(planOf('src/slig.ts'))).toMatchObject({
      decline: { code: 'path_missing', evidence: ['There is no src/slig.ts. Close to it: src/slug.ts.'] },
    })
    expect(onPlan({ ...planOf('src/slug.ts'), feasible: false, questions: ['Which one?'] })).toMatchObject({
      decline: { code: 'not_feasible', evidence: ['Separators are collapsed.', 'Which one?'] },
    })
  })
})

describe('the decision after the plan', () => {
  const ceilings = { files: 50, addedLines: 3_000 }
  const files = [
    'src/slug.ts',
    'docs/auth.md',
    'src/auth/a.ts',
    'packages/a/x.ts',
    'packages/b/y.ts',
    'db/migrations/1.sql',
  ]
  const decide = (
    paths: string[],
    { policy = '', contract = {} }: { policy?: string; contract?: Partial<TaskContract> } = {},
  ) => {
    const decision = gate(contractOf(contract), policyOf(policy), factsOf({ workflowsRunOnPush: true }))
    if (decision.kind === 'declined') throw new Error('declined before the plan')
    const options = { policy: policyOf(policy), decision, knownFiles: new Set(files), ceilings }
    return { decision, decided: decideOnPlan(planOf(...paths), contractOf(contract), options) }
  }

  it('is the one before, where the plan touches nothing else', () => {
    const { decision, decided } = decide(['src/slug.ts'])
    expect(decided).toEqual(decision)
  })

  it('ends with the plan where that turns out to touch what no machine changes', () => {
    expect(decide(['src/slug.ts', 'src/auth/a.ts']).decided).toEqual({
      kind: 'allowed',
      risk: 'critical',
      mode: 'analysis_only',
      reasons: ['Risk critical: it touches authentication (src/auth/a.ts).'],
      approvals: [],
      notes: ['Workflows or pipelines run on a push to any branch: unverified work stays a patch.'],
      gates: ['plan'],
    })
  })

  it('asks for approval where it turns out to touch several packages', () => {
    expect(decide(['packages/a/x.ts', 'packages/b/y.ts']).decided).toMatchObject({
      kind: 'approval_required',
      mode: 'draft_only',
      reasons: ['Risk high: it touches several packages (packages/a, packages/b).'],
      approvals: ['A plan of risk high needs approval (approval.risk: high).'],
    })
  })

  it('stays as strict as it was made for another reason than the risk', () => {
    const decision = gate(contractOf(), policyOf(), factsOf())
    if (decision.kind === 'declined') throw new Error('declined before the plan')
    const options = {
      policy: policyOf(),
      decision: { ...decision, mode: 'draft_only' as const },
      knownFiles: new Set(files),
      ceilings,
    }
    expect(decideOnPlan(planOf('src/slug.ts'), contractOf(), options)).toMatchObject({
      risk: 'medium',
      mode: 'draft_only',
    })
  })

  it('asks for approval where it turns out to change what others can import', () => {
    const decision = gate(contractOf(), policyOf(), factsOf())
    if (decision.kind === 'declined') throw new Error('declined before the plan')
    const publicFiles = new Map([['src/slug.ts', 'names' as const]])
    const options = { policy: policyOf(), decision, knownFiles: new Set(files), ceilings, publicFiles }
    expect(decideOnPlan(planOf('src/slug.ts'), contractOf(), options)).toMatchObject({
      kind: 'approval_required',
      reasons: ['Risk high: it changes what others can import (src/slug.ts).'],
    })
  })

  it('declines what is larger than the deployment lets anybody approve', () => {
    const decision = gate(contractOf(), policyOf(), factsOf())
    if (decision.kind === 'declined') throw new Error('declined before the plan')
    const options = { policy: policyOf('limits: { files: 1 }'), decision, knownFiles: new Set(files) }
    const paths = ['src/slug.ts', 'docs/auth.md']
    const decide = (most: number) =>
      decideOnPlan(planOf(...paths), contractOf(), { ...options, ceilings: { files: most, addedLines: 3_000 } })
    expect(decide(2)).toMatchObject({ kind: 'approval_required' })
    expect(decide(1)).toMatchObject({
      kind: 'declined',
      decline: {
        code: 'too_large',
        evidence: ['The plan touches 2 files; this deployment allows at most 1, whoever approves.'],
      },
    })
  })

  it('lets documents speak of any subject, as long as the plan touches nothing else', () => {
    const contract: Partial<TaskContract> = {
      taskType: 'documentation',
      typeIsGiven: true,
      objective: 'The page on OAuth says how to log in.',
      affectedFiles: ['docs/auth.md'],
    }
    expect(decide(['docs/auth.md'], { contract }).decided).toMatchObject({ risk: 'low', mode: 'autonomous_pr' })
    expect(decide(['docs/auth.md', 'src/slug.ts'], { contract }).decided).toMatchObject({
      risk: 'critical',
      mode: 'analysis_only',
      reasons: ['Risk critical: it is about authentication ("OAuth").'],
    })
    const read = { ...contract, typeIsGiven: false }
    expect(decide(['docs/auth.md'], { contract: read }).decided).toMatchObject({ risk: 'critical' })
  })

  it('names each reason for approval once', () => {
    const policy = 'approval: { risk: medium, paths: [src] }'
    expect(decide(['src/slug.ts', 'db/migrations/1.sql'], { policy }).decided).toMatchObject({
      approvals: [
        'A plan of risk high needs approval (approval.risk: medium).',
        'The policy asks for approval of changes to src/slug.ts (approval.paths).',
      ],
    })
  })

  it('is never milder than the one before', () => {
    const contracts = fc.record({
      taskType: fc.constantFrom(...taskTypes),
      risk: fc.constantFrom(...risks),
      objective: fc.constantFrom('Slugs are short.', 'The login works.', 'The public API is kept.'),
    })
    fc.assert(
      fc.property(contracts, fc.subarray(files, { minLength: 1 }), (contract, paths) => {
        const { decision, decided } = decide(paths, { contract })
        if (decided.kind === 'declined') throw new Error('declined')
        expect(risks.indexOf(decided.risk)).toBeGreaterThanOrEqual(risks.indexOf(decision.risk))
        expect(autonomyModes.indexOf(decided.mode)).toBeGreaterThanOrEqual(autonomyModes.indexOf(decision.mode))
      }),
    )
  })
})
