import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const program = join(root, 'tools', 'check-recordings.ts')
const run = promisify(execFile)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recordings-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('the recordings of the demo were made with the prompts of today', async () => {
  expect((await run(process.execPath, [program])).stdout).toBe('')
})

test('a recording that was made with other words is named, with its role and the mend', async () => {
  const recording = readFileSync(join(root, 'demo', 'recordings', 'bug-first-try.json'), 'utf8')
  const [, hash = ''] = /"role": "coder",\s+"key": "\w+",\s+"promptHash": "(\w+)"/.exec(recording) ?? []
  writeFileSync(join(folder, 'bug-first-try.json'), recording.replaceAll(hash, '0123456789abcdef'))
  const stale = await run(process.execPath, [program, folder]).catch((error) => error)
  expect(stale).toMatchObject({
    code: 1,
    stdout: 'bug-first-try.json was made with other prompts of the coder: npm run record -- bug-first-try\n',
  })
})
