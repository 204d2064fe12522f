import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { publishResult } from '../../src/publish/publish-result.ts'
import { parsePullRequest } from '../../src/render/pull-request.ts'
import { candidateAt, verifiedReport } from '../support/candidates.ts'
import { planOf, shop } from '../support/fixture-shop.ts'
import { benched, lab, withLab } from '../support/lab-of-file.ts'
import { commitAll, type Files, git, write } from '../workspace/sources.ts'

withLab()

const source = shop['src/total.js'] ?? ''
const tests = shop['test/total.test.js'] ?? ''
const mended = {
  'src/total.js': source.replace('prices.slice(1)', 'prices'),
  'test/total.test.js': `${tests}\ntest('counts every price', () => {\n  assert.equal(total([1, 2]), 3)\n})\n`,
}

test('a base that moved elsewhere: the change is carried over, verified there and published on it', async () => {
  const { outcome, host, newest, run, tree } = await publish({ 'docs/new.md': '# New\n' })
  const [request] = host.published
  expect(request).toMatchObject({ form: 'draft', verified: true, baseCommit: newest })
  expect(request?.treeSha).toBe(await tree({ ...mended, 'docs/new.md': '# New\n' }))
  expect(parsePullRequest(request?.body ?? '')).toMatchObject({ baseCommit: newest, treeSha: request?.treeSha })
  expect(request?.body).toMatch(
    /- main moved from \w{7} to \w{7} while this was worked on\. It was carried over and verified again\./,
  )
  expect(request?.body).toContain(
    '✅ Fails without this change, passes with it: `test/total.test.js > counts every price`',
  )
  expect(outcome.kind).toBe('pull_request')
  expect(run.progress.view.stages.find(({ stage }) => stage === 'verify')?.status).toBe('done')
  expect(await lab.openFolders()).toEqual([run.claimed.run.id])
})

test('lines that moved are found again', async () => {
  const head = '// Sums up.\n// Prices are in cents.\n// An empty list is free.\n// And so on.\n'
  const { host } = await publish({ 'src/total.js': head + source })
  const change = host.published[0]?.changes.find(({ path }) => path === 'src/total.js')
  expect(change?.blob?.content.toString()).toBe(head + mended['src/total.js'])
})

test('both changed the same lines: unverified on the old base, and why', async () => {
  const { outcome, host, base } = await publish({ 'src/total.js': source.replace('slice(1)', 'slice(2)') })
  expect(outcome).toMatchObject({
    kind: 'unverified',
    reason: expect.stringMatching(
      /^main moved from \w{7} to \w{7} while this was worked on, and both change the same lines\.$/,
    ),
  })
  expect(host.published[0]).toMatchObject({ form: 'branch', verified: false, baseCommit: base })
})

test('a check that breaks on the new base makes it unverified there', async () => {
  const strict =
    "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\nimport { total } from '../src/total.js'\ntest('skips the first', () => assert.equal(total([1, 2]), 2))\n"
  const { outcome, host, newest } = await publish({ 'test/strict.test.js': strict })
  expect(outcome).toMatchObject({
    kind: 'unverified',
    reason: 'test (node --test) breaks 1 test: test/strict.test.js > skips the first.',
  })
  expect(host.published[0]).toMatchObject({ form: 'branch', verified: false, baseCommit: newest })
})

test('a base that has the change already needs none', async () => {
  const { outcome, host } = await publish(mended)
  const evidence = [
    expect.stringMatching(/^main has moved from \w{7} to \w{7} meanwhile, and holds the same change\.$/),
  ]
  expect(outcome).toEqual({ kind: 'declined', decline: { code: 'already_made', evidence } })
  expect(host.published).toEqual([])
})

test('a second process means the same commit, and does nothing twice', async () => {
  const first = await publish({ 'docs/new.md': '# New\n' })
  const again = await publish({ 'docs/new.md': '# New\n' }, { of: first, movedOn: true })
  expect(again.outcome).toEqual(first.outcome)
  expect(again.host.published).toEqual([])
})

test('unproven work stays where it is', async () => {
  const { host, base } = await publish({ 'docs/new.md': '# New\n' }, { proven: false })
  expect(host.published[0]).toMatchObject({ verified: false, baseCommit: base })
})

interface Published {
  run: { claimed: { run: { id: string } } }
  files: Files
}

let made = 0

/** Publishes the mend after somebody has pushed `moved` to the base branch. */
async function publish(
  moved: Files,
  { of, movedOn = false, proven = true }: { of?: Published; movedOn?: boolean; proven?: boolean } = {},
) {
  made += 1
  // A repository of its own: it gets another commit.
  const files = of?.files ?? { 'about.md': `# Shop ${made}\n` }
  const opened = await benched({ files, ...(of && { runId: of.run.claimed.run.id }) })
  const { run, host, facts, bench } = opened
  for (const [path, text] of Object.entries(mended)) await writeFile(join(bench.workspace.tree, path), text)
  const treeSha = await bench.workspace.checkpoint()
  const { text: patch } = await bench.workspace.diff(treeSha)
  const { url } = await host.cloneSource()
  if (of === undefined || movedOn) await write(url, movedOn ? { 'later.md': 'x' } : moved)
  const newest = await commitAll(url, 'moved')
  host.newest = async () => newest
  const report = verifiedReport(treeSha)
  const verdict = { passed: proven, objections: [], remarks: [] }
  const proof = { candidate: candidateAt(treeSha, { patch }), report, verdict, before: undefined }
  const outcome = await publishResult(run, { ...opened.task, plan: planOf(), facts, proof })
  const tree = (all: Files) => treeWith(url, facts.baseCommit, all)
  return { ...opened, outcome, newest, base: facts.baseCommit, files, tree }
}

async function treeWith(repository: string, commit: string, files: Files): Promise<string> {
  const env = { GIT_INDEX_FILE: join(lab.folder, `index-${made}`) }
  await git(repository, ['read-tree', commit], { env })
  for (const [path, content] of Object.entries(files)) {
    const sha = await git(repository, ['hash-object', '-w', '--stdin'], { input: String(content) })
    await git(repository, ['update-index', '--add', '--cacheinfo', `100644,${sha},${path}`], { env })
  }
  return git(repository, ['write-tree'], { env })
}
