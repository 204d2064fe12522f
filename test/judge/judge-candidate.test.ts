import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { judgeCandidate } from '../../src/judge/judge-candidate.ts'
import type { TaskContract } from '../../src/task/contract.ts'
import type { VerificationReport } from '../../src/verify/report.ts'
import { candidateAt, verifiedReport } from '../support/candidates.ts'
import { planOf } from '../support/fixture-shop.ts'
import { benched, withLab } from '../support/lab-of-file.ts'
import { type Scripted, text } from '../support/scripted-model.ts'

withLab()

const mended = 'export function total(prices) {\n  return prices.reduce((sum, price) => sum + price, 0)\n}\n'
const nothingToSay = [text('{"objections":[],"remarks":["Names could be shorter."]}')]

describe('the judge', () => {
  test('asks the reviewer about contract, diff and evidence, and nothing else', async () => {
    const { verdict, model } = await judge({ 'src/total.js': mended }, [nothingToSay])
    expect(verdict).toEqual({ passed: true, objections: [], remarks: ['Names could be shorter.'] })
    const asked = JSON.stringify(model.requests)
    expect(asked).toContain('2+  return prices.reduce')
    expect(asked).toContain('- criterion 1: total([1, 2]) is 3')
    expect(asked).toContain('fails without the change, passes with it: counts every price')
    expect(asked).not.toContain('in the words of the coder')
  })

  test.each([
    ['a file outside the plan', { 'src/names.js': '// nothing\n' }, 'outside_the_plan'],
    ['a test that is skipped', { 'test/total.test.js': "test.skip('counts', () => {})\n" }, 'test_skipped'],
    ['a script that checks less', { 'package.json': '{"scripts":{"test":"true"}}\n' }, 'outside_the_plan'],
    ['nothing at all', {}, 'empty_change'],
  ])('vetoes %s by rule, without a paid call', async (_, files, rule) => {
    const { verdict, model } = await judge(files, [])
    expect(verdict.passed).toBe(false)
    expect(verdict.objections.map(({ by, about }) => `${by} ${about}`)).toContain(`rule ${rule}`)
    expect(model.requests).toEqual([])
  })

  test('does not pay for a review of what the checks refuse', async () => {
    const { verdict, model } = await judge({ 'src/total.js': mended }, [], { report: { verified: false } })
    expect(verdict).toEqual({ passed: true, objections: [], remarks: [] })
    expect(model.requests).toEqual([])
  })

  test('shows the objection of the reviewer, by the place in the diff that is meant', async () => {
    const objection = { about: 'intent', path: 'src/total.js', line: 2, message: 'It sums only two prices.' }
    const { verdict, host } = await judge({ 'src/total.js': mended }, [
      [text(JSON.stringify({ objections: [{ ...objection, path: './src/total.js' }], remarks: [] }))],
    ])
    expect(verdict).toEqual({ passed: false, objections: [{ by: 'reviewer', ...objection }], remarks: [] })
    expect(host.lastView.stages.find(({ stage }) => stage === 'judge')).toMatchObject({
      status: 'failed',
      note: 'It sums only two prices.',
    })
  })
})

describe('several reviewers', () => {
  const policy = 'models: { reviewer: [claude-opus-5, claude-haiku-4-5] }'
  const objection = { about: 'intent', path: 'src/total.js', line: 2, message: 'It sums only two prices.' }
  const says = (...objections: object[]) => [text(JSON.stringify({ objections, remarks: ['Names could be shorter.'] }))]

  test('see the same, each by itself; what both say is said once', async () => {
    const other = { ...objection, about: 'safety', message: 'A price may be text.' }
    const script = [says(objection), says({ ...objection, line: 3, message: 'Only two of them count.' }, other)]
    const { verdict, model } = await judge({ 'src/total.js': mended }, script, { policy })
    expect(model.requests.map(({ model: name }) => name)).toEqual(['claude-opus-5', 'claude-haiku-4-5'])
    expect(model.requests[1]?.messages).toEqual(model.requests[0]?.messages)
    expect(verdict).toEqual({
      passed: false,
      objections: [objection, other].map((one) => ({ by: 'reviewer', ...one })),
      remarks: ['Names could be shorter.'],
    })
  })
})

describe('work that cannot be reviewed stays unverified, and is kept', () => {
  test('when the budget is spent', async () => {
    const { verdict, model } = await judge({ 'src/total.js': mended }, [], { policy: 'limits: { tokens: 2000 }' })
    expect(verdict.objections).toEqual([
      { by: 'rule', about: 'budget', message: 'The budget was spent before the change could be reviewed.' },
    ])
    expect(model.requests).toEqual([])
  })

  test('when the reviewer refuses, or answers nonsense twice', async () => {
    const refused = await judge({ 'src/total.js': mended }, [{ stopReason: 'refusal' }])
    expect(refused.verdict.objections).toEqual([
      {
        by: 'rule',
        about: 'review',
        message: 'The change could not be reviewed. The reviewer model refuses to work on this.',
      },
    ])
    const nonsense = await judge({ 'src/total.js': mended }, [[text('Looks good!')], [text('Really good!')]])
    expect(nonsense.verdict.passed).toBe(false)
    expect(nonsense.verdict.objections[0]?.message).toMatch(
      /^The change could not be reviewed\. The reviewer model answered twice/,
    )
  })

  test('but a provider that is away is tried again later', async () => {
    const away = new Fault('infrastructure', 'model_overloaded', 'The provider is overloaded.')
    await expect(judge({ 'src/total.js': mended }, [away])).rejects.toMatchObject({ code: 'model_overloaded' })
  })
})

interface Judging {
  policy?: string
  contract?: Partial<TaskContract>
  report?: Partial<VerificationReport>
}

async function judge(files: Record<string, string>, script: Scripted[], { report, ...request }: Judging = {}) {
  const opened = await benched({ idle: true, script, ...request })
  const { workspace } = opened.bench
  for (const [path, content] of Object.entries(files)) await writeFile(join(workspace.tree, path), content)
  const treeSha = await workspace.checkpoint()
  const verdict = await judgeCandidate(
    opened.run,
    { ...opened.task, plan: planOf() },
    { round: 0, candidate: candidateAt(treeSha), report: { ...verifiedReport(treeSha), ...report } },
  )
  return { ...opened, verdict }
}
