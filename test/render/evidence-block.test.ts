import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseEvidenceBlock, renderEvidenceBlock } from '../../src/render/evidence-block.ts'
import { parsePullRequest, renderPullRequest } from '../../src/render/pull-request.ts'
import { type Evidence, evidenceOf } from '../../src/verify/evidence.ts'
import { pullRequestView } from './views.ts'

const view = pullRequestView()

function evidenceWith(names: string[]): Evidence {
  const { checks, treeSha, baseCommit, reproduction, sandbox } = view.report
  return evidenceOf({
    ...{ draftsmith: '1', run: view.runId, repository: 'octo/slug', baseCommit, tree: treeSha, verified: true },
    ...{ removedTests: [], sandbox, reproduction, notVerified: [] },
    checks: checks.map((check) => ({ ...check, added: names })),
  })
}

test('whatever tests are called, the evidence is read back from the description', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 }), (names) => {
      const evidence = evidenceWith(names)
      const block = renderEvidenceBlock(evidence)
      const body = renderPullRequest(pullRequestView({ ...(block && { evidence: block }) }))
      expect(parseEvidenceBlock(body)).toEqual(evidence)
      expect(parsePullRequest(body)?.runId).toBe(view.runId)
    }),
  )
})

test('a name that holds a line separator does not break the line', () => {
  const evidence = evidenceWith(['one\u2028two\u2029three'])
  expect(parseEvidenceBlock(renderEvidenceBlock(evidence) ?? '')).toEqual(evidence)
})

test('no name ends the comment, mentions a person or closes an issue', () => {
  const block = renderEvidenceBlock(evidenceWith(['--> @maya fixes #12 <b>']))
  expect(block?.match(/-->|@|#|<b/g)).toEqual(['-->'])
})

test('names are left out where they are too long, and all of it where that does not help', () => {
  const many = Array.from({ length: 1_000 }, (_, at) => `a test with a rather long name, number ${at}`)
  const block = renderEvidenceBlock(evidenceWith(many))
  expect(block?.length).toBeLessThan(20_000)
  expect(parseEvidenceBlock(block ?? '')?.checks[0]?.added).toEqual({ count: 1_000, names: [] })
  const [check] = evidenceWith([]).checks
  const checks = Array.from({ length: 200 }, (_, at) => ({ ...check, id: `test:packages/${at}` }))
  expect(renderEvidenceBlock({ ...evidenceWith([]), checks } as Evidence)).toBeUndefined()
})

test('credentials in the names of tests are taken out', () => {
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  expect(renderEvidenceBlock(evidenceWith([`logs in with ${secret}`]))).not.toContain(secret)
})

test('a block that somebody changed is none', () => {
  expect(parseEvidenceBlock('<!-- draftsmith:evidence {"format":1} -->')).toBeUndefined()
  expect(parseEvidenceBlock('<!-- draftsmith:evidence {oops} -->')).toBeUndefined()
})
