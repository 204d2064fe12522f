import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/execute/candidate.ts'
import type { Verdict } from '../../src/judge/verdict.ts'
import type { PublishRequest } from '../../src/publish/publication.ts'
import { publishResult } from '../../src/publish/publish-result.ts'
import { parsePullRequest } from '../../src/render/pull-request.ts'
import type { VerificationReport } from '../../src/verify/report.ts'
import { candidateAt, verifiedReport } from '../support/candidates.ts'
import { planOf } from '../support/fixture-shop.ts'
import { benched, lab, withLab } from '../support/lab-of-file.ts'
import type { OpenRequest } from '../support/run-context.ts'
import { git, write } from '../workspace/sources.ts'

withLab()

const mended = 'export function total(prices) {\n  return prices.reduce((sum, price) => sum + price, 0)\n}\n'

describe('proven work', () => {
  test('becomes a draft pull request of exactly the verified tree', async () => {
    const { outcome, host, treeSha, run, source } = await publish({
      files: { 'src/total.js': mended, 'src/é b.js': 'x\n' },
      base: { CODEOWNERS: 'src/ @acme/core\n' },
    })
    const [request] = host.published
    expect(request).toMatchObject({
      form: 'draft',
      verified: true,
      branch: 'agent/issue-1',
      treeSha,
      baseBranch: 'main',
    })
    expect(await treeOf(request, source)).toBe(treeSha)
    expect(outcome).toEqual({
      kind: 'pull_request',
      publication: {
        form: 'draft',
        branch: 'agent/issue-1',
        commitSha: treeSha,
        pullRequest: { number: 7, url: 'https://github.test/acme/shop/pull/7' },
        notes: [],
      },
    })
    expect(parsePullRequest(request?.body ?? '')).toMatchObject({ runId: run.claimed.run.id, treeSha, verified: true })
    expect(request?.body).toContain('Closes #1')
    expect(request?.body).toContain('Owners of what changed: `@acme/core`')
    expect(request?.labels).toEqual(['agent-generated', 'needs-review'])
  })

  test('is published once: a second process answers from the record', async () => {
    const first = await publish({ files: { 'src/total.js': mended } })
    const again = await publish({ files: { 'src/total.js': mended }, runId: first.run.claimed.run.id })
    expect(again.outcome).toEqual(first.outcome)
    expect(again.host.published).toEqual([])
  })

  test('is not published by a claim that was taken over', async () => {
    const { host } = await publish({ files: { 'src/total.js': mended }, taken: true })
    expect(host.published).toEqual([])
  })
})

describe('unverified work', () => {
  const objection: Verdict = {
    passed: false,
    objections: [{ by: 'reviewer', about: 'intent', message: 'It rounds.' }],
    remarks: [],
  }
  const unproven = { files: { 'src/total.js': mended }, verdict: objection }

  test('is kept on a branch, by default', async () => {
    const { outcome, host } = await publish(unproven)
    expect(host.published[0]).toMatchObject({ form: 'branch', verified: false })
    expect(host.published[0]?.body).toContain('This work is not verified')
    expect(outcome).toMatchObject({
      kind: 'unverified',
      reason: 'It rounds.',
      publication: { branch: 'agent/issue-1' },
    })
  })

  test('becomes a draft where the policy says so, and closes nothing', async () => {
    const { host } = await publish({ ...unproven, policy: 'unverified: draft' })
    expect(host.published[0]).toMatchObject({ form: 'draft', verified: false })
    expect(host.published[0]?.body).toContain('For #1')
  })

  test('stays a patch where a push would run workflows on it, whatever the policy says', async () => {
    const { outcome, host, run, artifact, patch } = await publish({
      ...unproven,
      policy: 'unverified: draft',
      facts: { workflowsRunOnPush: true },
    })
    expect(host.published[0]?.form).toBe('patch')
    expect(run.progress.view.patch).toBe(patch)
    expect(artifact).toBe(patch)
    expect(outcome).toMatchObject({ kind: 'unverified', publication: { form: 'patch' } })
  })

  test('that was stopped says why first', async () => {
    const stopped = { kind: 'deadline' as const, reason: 'The run took longer than 45 minutes.' }
    const { outcome, host } = await publish({ files: { 'src/total.js': mended }, candidate: { stopped } })
    expect(outcome).toMatchObject({ kind: 'unverified', reason: 'The run took longer than 45 minutes.' })
    expect(host.published[0]?.verified).toBe(false)
  })

  test('says who objects to which line, and what are the words of the coder', async () => {
    const place = { about: 'intent', path: 'src/total.js', line: 2, message: 'Zero is missing' }
    const stopped = { kind: 'gave_up' as const, reason: 'Zero is no total.' }
    const reasonOf = async (by: 'rule' | 'reviewer') => {
      const verdict: Verdict = { passed: false, objections: [{ by, ...place }], remarks: [] }
      return (await publish({ ...unproven, verdict, candidate: { stopped } })).outcome
    }
    expect(await reasonOf('reviewer')).toMatchObject({
      reason: 'The reviewer objects to `src/total.js:2`: Zero is missing. The coder stopped: Zero is no total.',
    })
    expect(await reasonOf('rule')).toMatchObject({
      reason: 'A rule objects to `src/total.js:2`: Zero is missing. The coder stopped: Zero is no total.',
    })
  })

  test('says once that the budget was spent', async () => {
    const about = {
      by: 'rule' as const,
      about: 'budget',
      message: 'The budget was spent before the change was reviewed.',
    }
    const { outcome } = await publish({
      ...unproven,
      verdict: { passed: false, objections: [about], remarks: [] },
      candidate: { stopped: { kind: 'budget_spent', reason: 'The budget was spent.' } },
    })
    expect(outcome).toMatchObject({ kind: 'unverified', reason: 'The budget was spent.' })
  })

  test.each<[string, Partial<VerificationReport>]>([
    ['a secret', { secrets: [{ path: 'src/total.js', line: 1, rule: 'github' }] }],
    ['what the policy protects', { violations: [{ path: '.github/x.yml', rule: 'protected_folder' }] }],
  ])('that holds %s never leaves, not even as a patch in the comment', async (_, report) => {
    const { outcome, host, run } = await publish({
      files: { 'src/total.js': mended },
      report: { verified: false, problems: ['src/total.js:1 looks like a secret (github).'], ...report },
    })
    expect(host.published).toEqual([])
    expect(run.progress.view.patch).toBeUndefined()
    expect(outcome).toEqual({
      kind: 'unverified',
      reason: 'src/total.js:1 looks like a secret (github).',
      publication: {
        form: 'patch',
        notes: ['It was not published, since it holds what must not leave: see the verification.'],
      },
    })
  })
})

describe('nothing to show', () => {
  test.each<[string, Partial<Candidate>, unknown]>([
    [
      'a coder that stopped declines with its reason',
      { stopped: { kind: 'gave_up', reason: 'The total is right as it is.' } },
      { kind: 'declined', decline: { code: 'not_feasible', evidence: ['The total is right as it is.'] } },
    ],
    [
      'a spent budget says what to raise',
      { stopped: { kind: 'budget_spent', reason: 'The budget was spent.' } },
      {
        kind: 'failed',
        code: 'budget_spent',
        reason: 'The budget was spent. No modification stood by then.',
        mend: 'Make the issue narrower, or raise the limit in the policy.',
      },
    ],
    [
      'a plan that fell says so',
      {},
      {
        kind: 'failed',
        code: 'no_change',
        reason: 'No modification of the plan passed its checks.',
        mend: 'The trace of the run tells what was tried; a more precise issue helps.',
      },
    ],
  ])('%s', async (_, candidate, outcome) => {
    const published = await publish({ files: {}, candidate })
    expect(published.outcome).toEqual(outcome)
    expect(published.host.published).toEqual([])
  })
})

test('a defect that could not be reproduced is declined, and what was tried is kept', async () => {
  const { outcome, host, artifact, patch } = await publish({
    files: { 'src/total.js': mended },
    report: { verified: false, reproduction: { failsWithoutChange: [], passesWithoutChange: ['adds nothing'] } },
  })
  expect(outcome).toEqual({
    kind: 'declined',
    decline: {
      code: 'not_reproducible',
      evidence: ['Written to show the defect, but passes without a change, too: adds nothing'],
    },
  })
  expect(host.published).toEqual([])
  expect(artifact).toBe(patch)
})

interface Publishing extends Omit<OpenRequest, 'files'> {
  files: Record<string, string>
  /** Of the base commit, beside those of the fixture. */
  base?: Record<string, string>
  candidate?: Partial<Candidate>
  report?: Partial<VerificationReport>
  verdict?: Verdict
  /** Another worker claims the run before it is published. */
  taken?: boolean
}

async function publish({ files, base = {}, candidate, report, verdict, taken = false, ...request }: Publishing) {
  const opened = await benched({ idle: true, files: base, ...request })
  const { run, host, facts, bench } = opened
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(bench.workspace.tree, path)), { recursive: true })
    await writeFile(join(bench.workspace.tree, path), text)
  }
  const treeSha = await bench.workspace.checkpoint()
  const { text: patch } = await bench.workspace.diff(treeSha)
  const { id } = run.claimed.run
  if (taken) await lab.ledger.claim(id)
  const proof = {
    candidate: candidateAt(treeSha, { patch, ...candidate }),
    report: verifiedReport(treeSha, report),
    verdict: verdict ?? { passed: true, objections: [], remarks: [] },
    before: undefined,
  }
  const publishing = publishResult(run, { ...opened.task, plan: planOf(), facts, proof })
  const outcome = taken ? await expect(publishing).rejects.toMatchObject({ class: 'fenced' }) : await publishing
  const artifact = (await lab.ledger.artifact(id, 'work.patch'))?.toString()
  const { url: source } = await host.cloneSource()
  return { ...opened, outcome, treeSha, patch, artifact, source }
}

/** The tree that a host would make: the base commit with the changes of the request. */
async function treeOf(request: PublishRequest | undefined, source: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'draftsmith-published-'))
  await git(folder, ['clone', '--quiet', source, 'clone'])
  const clone = join(folder, 'clone')
  for (const { path, blob } of request?.changes ?? []) {
    if (blob === null) await rm(join(clone, path))
    else await write(clone, { [path]: blob.content })
  }
  await git(clone, ['add', '--all'])
  const tree = await git(clone, ['write-tree'])
  await rm(folder, { recursive: true, force: true })
  return tree
}
