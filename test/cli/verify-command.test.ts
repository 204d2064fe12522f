import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { verifyCommand } from '../../src/cli/verify-command.ts'
import { localDatabaseFolder } from '../../src/compose/databases.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { ownAddress } from '../../src/publish/publication.ts'
import { renderEvidenceBlock } from '../../src/render/evidence-block.ts'
import { openDatabase } from '../../src/run/database.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import { type Evidence, evidenceArtifact } from '../../src/verify/evidence.ts'
import { freshRepository, headOf, hosted, startGitHub } from '../github/fixture.ts'
import { treeOf } from '../github/tree-of.ts'
import { newRun } from '../run/support.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { shop, withoutNpm } from '../support/fixture-shop.ts'
import { commitAll, git, write } from '../workspace/sources.ts'

const files = { ...shop, '.github/draftsmith.yml': `${withoutNpm}\n` }
const mended = {
  'src/total.js': 'export function total(prices) {\n  return prices.reduce((sum, price) => sum + price, 0)\n}\n',
  'test/total.test.js': `${shop['test/total.test.js']}\ntest('counts every price', () => {\n  assert.equal(total([1, 2]), 3)\n})\n`,
}
const changes = Object.entries(mended).map(([path, text]) => ({
  path,
  blob: { mode: '100644' as const, content: Buffer.from(text) },
}))

let github: EmulatedGitHub
let folder: string
let config: Config
beforeAll(async () => {
  github = await startGitHub()
  folder = await mkdtemp(join(tmpdir(), 'draftsmith-verify-'))
  const environment = { GITHUB_API_URL: github.url, DRAFTSMITH_DATA_DIR: folder, DRAFTSMITH_SANDBOX: 'none' }
  const read = readConfig({ ...environment, PATH: process.env.PATH }, [])
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems))
  config = read.config
})
afterAll(async () => {
  await github.close()
  await rm(folder, { recursive: true, force: true })
})

describe('of a pull request', () => {
  test('measures again what its description says, and finds it the same', async () => {
    const { url } = await published()
    const { exitCode, said } = await verify(url)
    expect(said).toContain('same          test (node --test): 2 passed → 3 passed\n')
    expect(said).toContain('same          the changed tests without the change: 1 fails\n')
    expect(said).toMatch(/\nThe evidence is the same here\.$/)
    expect(exitCode).toBe(0)
  })

  test('says what is different, check by check', async () => {
    const claimed = outcome(5)
    const { url } = await published((evidence) => ({
      checks: evidence.checks.map((check) => ({ ...check, after: claimed, added: { count: 1, names: ['another'] } })),
    }))
    const logs = join(folder, 'logs')
    const { exitCode, said } = await verify(url, { logs })
    expect(said).toContain(
      [
        'different     test (node --test): 2 passed → 3 passed',
        '                after it: recorded 5 passed (exit code 0); here 3 passed (exit code 0)',
        '                new there only: another',
        '                new here only: test/total.test.js > counts every price',
      ].join('\n'),
    )
    expect(said).toContain('The evidence is not the same here: 1 difference, 0 not repeated.')
    expect(exitCode).toBe(1)
    expect(await readdir(join(logs, 'verify'))).toContain('test.log')
  })

  test('leaves out commits that came later, and says so', async () => {
    const { url, full } = await published()
    await github.push(full, { branch: 'agent/issue-1', files: { 'src/total.js': 'x' }, message: 'mine', by: 'mia' })
    const { exitCode, progress } = await verify(url)
    expect(progress).toContain('  ! 1 later commit of this pull request was not verified.')
    expect(exitCode).toBe(0)
  })

  test('compares with no commit but one of the branch that the change is for', async () => {
    const pushed = { branch: 'other', files: { 'test/total.test.js': '' }, message: 'no tests', by: 'mia' }
    let own = ''
    const { url } = await published(async (_, full) => {
      own = await github.push(full, pushed)
      return { baseCommit: own }
    })
    const { exitCode, said } = await verify(url)
    expect(said).toContain(`not repeated  test (node --test)\n                its base commit ${own} is not on main\n`)
    expect(exitCode).toBe(1)
  })

  test('names the tests that its plan lets go', async () => {
    const { url } = await published(() => ({ removedTests: ['test/total.test.js > is empty'] }))
    const { said } = await verify(url)
    expect(said).toContain('\nTests that may be gone, as its plan says: test/total.test.js > is empty\n')
  })

  test('cannot repeat a tree that no commit holds any more', async () => {
    const { url } = await published(() => ({ tree: 'a'.repeat(40) }))
    const { exitCode, said } = await verify(url, { json: true })
    expect(exitCode).toBe(1)
    expect(JSON.parse(said)).toMatchObject({
      same: false,
      comparisons: [
        { result: 'not_repeated', differences: ['no commit of this pull request holds the verified tree any more'] },
      ],
    })
  })

  test('without evidence, of another GitHub, or not there, says what to do', async () => {
    const { repository, full } = await freshRepository(github)
    await github.push(full, { branch: 'topic', files: { a: 'a' }, message: 'a', by: 'mia' })
    const text = { title: 'A topic', body: '<!-- draftsmith:evidence {"format":1} -->' }
    const { url } = await repository.createPullRequest({ head: 'topic', base: 'main', ...text, draft: true })
    await expect(verify(url)).rejects.toMatchObject({ code: 'no_evidence' })
    await expect(verify(`https://elsewhere.test/${full}/pull/2`)).rejects.toMatchObject({ code: 'other_github' })
    await expect(verify('https://example.test/x')).rejects.toMatchObject({
      code: 'not_a_pull_request',
      message: 'https://example.test/x is not the address of a pull request.',
    })
    await expect(verify(`${full}#99`)).rejects.toMatchObject({ code: 'github_not_found' })
  })
})

describe('of a run', () => {
  test('takes evidence and patch from its ledger', async () => {
    const source = join(folder, 'source')
    await git(folder, ['init', '--quiet', '--initial-branch=main', source])
    await write(source, files)
    const baseCommit = await commitAll(source)
    await write(source, mended)
    const patch = await git(source, ['diff', '--binary', '--full-index'])
    const evidence = evidenceOn(baseCommit, await treeOf(files, changes))
    const runId = await recordRun(source, { [evidenceArtifact]: JSON.stringify(evidence), 'work.patch': `${patch}\n` })
    const { exitCode, said } = await verify(runId)
    expect(said).toContain('same          test (node --test): 2 passed → 3 passed\n')
    expect(exitCode).toBe(0)
  })

  test('that left none says so', async () => {
    await expect(verify(await recordRun('/nowhere', {}))).rejects.toMatchObject({ code: 'no_evidence' })
  })
})

async function verify(of: string, options: { logs?: string; json?: boolean } = {}) {
  const said: string[] = []
  const progress: string[] = []
  const terminal = {
    out: (text: string) => void said.push(text),
    progress: (line: string) => void progress.push(line),
    interrupted: new AbortController().signal,
  }
  const exitCode = await verifyCommand(of, options, { config, log: pino({ level: 'silent' }), terminal })
  return { exitCode, said: said.join('\n'), progress }
}

/** A pull request of ours with the mend. Its evidence is what a run would have measured, but for `claims`. */
async function published(
  claims: (
    evidence: Evidence,
    full: `${string}/${string}`,
  ) => Partial<Evidence> | Promise<Partial<Evidence>> = () => ({}),
) {
  const { host, repository, full } = await hosted(github, { files })
  const baseCommit = await headOf(repository)
  const treeSha = await treeOf(files, changes)
  const evidence = evidenceOn(baseCommit, treeSha)
  const publication = await host.publish({
    runId: evidence.run,
    form: 'draft',
    verified: true,
    branch: 'agent/issue-1',
    baseBranch: 'main',
    baseCommit,
    treeSha,
    changes,
    patch: '',
    commitMessage: `fix: totals\n\nDraftsmith-Run: ${evidence.run}`,
    title: 'Fix totals',
    body: `Repeat: draftsmith verify ${ownAddress}\n\n${renderEvidenceBlock({ ...evidence, ...(await claims(evidence, full)) })}`,
    labels: [],
    reviewers: [],
  })
  return { full, url: publication.pullRequest?.url ?? '' }
}

function evidenceOn(baseCommit: string, tree: string): Evidence {
  const none = { count: 0, names: [] }
  const added = { count: 1, names: ['test/total.test.js > counts every price'] }
  return {
    format: 1,
    draftsmith: '0.1.0',
    run: 'r-0000000001',
    repository: 'acme/shop',
    baseCommit,
    tree,
    verified: true,
    removedTests: [],
    sandbox: 'none',
    checks: [
      {
        id: 'test',
        line: 'node --test',
        required: true,
        before: outcome(2),
        after: outcome(3),
        regressed: false,
        broken: none,
        fixed: none,
        added,
        stillFailing: none,
        flaky: none,
        log: 'verify-1/test.log',
      },
    ],
    reproduction: { failsWithoutChange: added, passesWithoutChange: none, exitCodes: [] },
    notVerified: [],
  }
}

function outcome(passed: number) {
  return { exitCode: 0, passed: true, timedOut: false, durationMs: 1, counts: { passed, failed: 0, skipped: 0 } }
}

let runs = 0

async function recordRun(source: string, artifacts: Record<string, string>): Promise<string> {
  const database = await openDatabase({ dataDir: localDatabaseFolder(config) })
  runs += 1
  const ledger = createLedger({ database, clock: () => new Date(), ids: () => `r-verify000${runs}`, version: '1' })
  try {
    const request = newRun({ repositoryKey: `local:${source}` })
    const task = { ...request.task, source: { kind: 'local' as const, repository: source } }
    const recorded = await ledger.record({ ...request, task })
    if (recorded.kind !== 'recorded') throw new Error(recorded.kind)
    const claimed = await ledger.claim(recorded.run.id)
    for (const [name, text] of Object.entries(artifacts)) await claimed?.writeArtifact(name, text)
    return recorded.run.id
  } finally {
    await ledger.close()
  }
}
