import { describe, expect, it } from 'vitest'
import { gate } from '../../src/policy/gate.ts'
import { repositoryFacts } from '../../src/prepare/repository-facts.ts'
import { contractLines, decisionLine, decisionLines, repositoryLines } from '../../src/render/decision.ts'
import { contractOf, factsOf, policyOf, snapshotOf } from '../policy/fixture.ts'

const decide = (change: Parameters<typeof contractOf>[0], policy = '') =>
  gate(contractOf(change), policyOf(policy), factsOf({ workflowsRunOnPush: true }))

describe('a decision', () => {
  it('in one line', () => {
    expect(decisionLine(decide({}))).toBe('risk medium, supervised PR')
    expect(decisionLine(decide({ affectedFiles: ['db/migrations/1.sql'] }))).toBe(
      'risk high, draft only, plan to be approved',
    )
    expect(decisionLine(decide({ complexity: 'high' }))).toBe('declined: too complex')
  })

  it('with its reasons and gates', () => {
    expect(decisionLines(decide({ affectedFiles: ['db/migrations/1.sql'] })).join('\n')).toBe(
      `Decision: risk high, draft only, plan to be approved
  Risk high: it touches a data migration (db/migrations/1.sql).
  A plan of risk high needs approval (approval.risk: high).
  Workflows or pipelines run on a push to any branch: unverified work stays a patch.
  Before it is published: plan approval, diff policy, secret scan, checks, judge, reviewers, owners, risk checklist`,
    )
  })
})

it('a repository is told by its commands and how sure they are, its instructions and its owners', () => {
  const snapshot = { ...snapshotOf('test'), instructions: [{ path: 'AGENTS.md', text: '' }] }
  expect(repositoryLines(repositoryFacts(snapshot, ['@acme/core'])).join('\n')).toBe(
    `Repository:
  test: npm run test (certain, from package.json)
  Instructions: AGENTS.md
  Owners of the named files: @ acme/core`,
  )
})

it('a contract is told without what could notify or close', () => {
  const contract = contractOf({
    objective: 'It closes #12, says @maya.',
    constraints: ['No new dependency.'],
    components: ['packages/api'],
    ownerArea: 'team: core',
  })
  expect(contractLines(contract).join('\n')).toBe(
    `Task: bug fix, complexity low: It closes issue 12, says @ maya.
  must hold: slugify("a - b") returns "a-b"
  constraint: No new dependency.
  Components: packages/api
  Owner: team: core`,
  )
})
