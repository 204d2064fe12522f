import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MessagesApi } from '../support/messages-api.ts'
import { CommandLine } from './command-line.ts'

let line: CommandLine
beforeEach(() => {
  line = new CommandLine()
})
afterEach(() => line.remove())

const files = {
  'package.json': JSON.stringify({ scripts: { test: 'node --test', lint: 'true' } }),
  'AGENTS.md': 'Amounts are in cents.\n',
  'src/web/AGENTS.md': 'No framework.\n',
  'src/web/total.js': 'export const total = (a, b) => a - b\n',
  'src/sum.js': 'export const sum = (a, b) => a - b\n',
  'test/sum.test.js': "import '../src/sum.js'\nimport test from 'node:test'\n\ntest('loads', () => {})\n",
  '.github/CODEOWNERS': '* @acme/all\nsrc/ @acme/core\n/src/web/ @maya\n',
  '.github/draftsmith.yml': 'checks:\n  lint:\n    command: "true # of the policy"\n    required: false\n',
}

/** Every answer of the form, so that no model has to read it; it names a file of each owner. */
const issue = `Sums are differences

### Kind of task

Bug fix

### What is wrong or missing

\`sum(1, 1)\` returns 0.

### Expected behaviour

It returns 2.

### Affected files

- src/sum.js
- src/web/total.js

### Acceptance criteria

- \`sum(1, 1)\` returns 2

### Constraints

- no new dependency
`

test('a run is told by what was understood of issue and repository, and by what the rules decided', async () => {
  const repository = join(line.folder, 'shop')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true })
    writeFileSync(join(repository, path), text)
  }
  const git = (...args: string[]) => execFileSync('git', ['-C', repository, ...args])
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('-c', 'user.name=Mia', '-c', 'user.email=mia@example.com', 'commit', '--quiet', '--message=start')
  writeFileSync(join(line.folder, 'issue.md'), issue)

  const run = await stoppedAtTheModel(repository)
  const shown = await line.run(['show', run])
  expect(shown.stdout).toContain(`
Task: bug fix, complexity low: It returns 2.
  must hold: sum(1, 1) returns 2
  constraint: no new dependency
  Owner: @ acme/core, @ maya
Repository:
  lint: true # of the policy (certain, from draftsmith.yml checks.lint)
  test: npm test (certain, from package.json scripts.test)
  Instructions: AGENTS.md, src/web/AGENTS.md
  Owners of the named files: @ acme/core, @ maya
Decision: risk medium, supervised PR
  Risk medium: a bug fix task without a sensitive subject.
  Before it is published: diff policy, secret scan, checks, judge, reviewers
Stages: ✓ screen  ✓ normalize  ✓ gate  ✓ prepare  ✓ explore  · plan  · execute  · verify  · judge  · publish
`)
  expect(shown.stdout).toContain('\n  baseline/test.log (')
}, 120_000)

/** The id of a run that has looked at everything and waits for its first call to be answered. */
async function stoppedAtTheModel(repository: string): Promise<string> {
  await using silent = await MessagesApi.start(() => {})
  const env = { ANTHROPIC_API_KEY: 'a-key', ANTHROPIC_BASE_URL: silent.url, DRAFTSMITH_SANDBOX: 'none' }
  const started = line.start(['run', '--repo', repository, '--issue', 'issue.md', '--json'], { env })
  const ended = started.ended.then(({ stderr }) => Promise.reject(new Error(stderr)))
  await Promise.race([ended, vi.waitUntil(() => silent.requests.length > 0, { timeout: 100_000 })])
  ended.catch(() => {})
  started.process.kill('SIGINT')
  return String(JSON.parse((await started.ended).stdout).run)
}
