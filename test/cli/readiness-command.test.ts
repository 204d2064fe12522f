import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requirePackage } from '../support/system.ts'
import { CommandLine } from './command-line.ts'

let line: CommandLine
beforeEach(() => {
  line = new CommandLine()
})
afterEach(() => line.remove())

const suite = `import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const mark = join(tmpdir(), 'ran-before')
test('holds', () => {})
test('fails', () => assert.equal(1, 2))
test('wavers', () => {
  const before = existsSync(mark)
  writeFileSync(mark, '')
  assert.ok(before)
})
`
const till = {
  'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' } }),
  'test/till.test.js': suite,
}

function repository(files: Record<string, string>): string {
  const folder = join(line.folder, 'till')
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: folder })
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-q', '-m', 'first')
  return folder
}

requirePackage('bubblewrap', ['bwrap'])('draftsmith readiness', () => {
  test('runs what it found in the sandbox, and tells failing tests from flaky ones', async () => {
    const logs = join(line.folder, 'logs')
    const { exitCode, stdout, stderr } = await line.run(['readiness', '--repo', repository(till), '--logs', logs])
    expect(stderr).toMatch(/^… Installing and running the commands of main at [0-9a-f]{10}\n$/)
    expect(stdout).toMatch(/^Usable: a change here can be verified, with the limits below\./)
    expect(stdout).toContain('- test: npm test (from package.json scripts.test, certain): 1 pass, 2 fail, ')
    expect(stdout).toContain('  - fails already: test/till.test.js > fails\n  - flaky: test/till.test.js > wavers\n')
    expect(stdout).toContain('Commands ran in a sandbox (bubblewrap)')
    expect(stdout).toMatch(/1\. Mend what is flaky: .*\n2\. Mend what fails already: /)
    expect(readFileSync(join(logs, 'baseline/test.log'), 'utf8')).toMatch(/^\$ npm test\n/)
    expect(exitCode).toBe(0)
  })

  test('ends with 1 where nothing could be verified, and says it as data', async () => {
    const folder = repository({ 'till.c': 'int main(void) { return 0; }\n' })
    const { exitCode, stdout } = await line.run(['readiness', '--repo', folder, '--json'])
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      repository: folder,
      branch: 'main',
      verdict: 'not_ready',
      commands: [],
      improvements: expect.arrayContaining([{ code: 'name_test_command', of: [] }]),
    })
  })
})

test('a policy that cannot be read is told with its line', async () => {
  const folder = repository({ ...till, '.github/draftsmith.yml': 'thinTest: allow\n' })
  const { exitCode, stderr } = await line.run(['readiness', '--repo', folder])
  expect(exitCode).toBe(2)
  expect(stderr).toContain('.github/draftsmith.yml cannot be read.\nLine 1: ')
})
