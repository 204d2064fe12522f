import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../../tools/start.ts', import.meta.url))
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'draftsmith-start-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** It always ends: the configuration is never complete here. */
function start() {
  const { status, stderr } = spawnSync(process.execPath, [program], { cwd: folder, env: {}, encoding: 'utf8' })
  return { status, said: stderr.split('\n') }
}

describe('npm start', () => {
  it('without a .env says what is missing, and nothing of the file', () => {
    const { status, said } = start()
    expect(status).toBe(2)
    expect(said[0]).toBe('Draftsmith cannot start. The configuration cannot be used:')
    expect(said).toContain('  APP_ID is missing')
  })

  it('reads a .env', () => {
    writeFileSync(join(folder, '.env'), 'APP_ID=12\nWEBHOOK_SECRET=word\n')
    const { said } = start()
    expect(said.filter((line) => line.endsWith('is missing'))).toEqual([
      '  PRIVATE_KEY_PATH is missing',
      '  ANTHROPIC_API_KEY is missing',
    ])
  })

  it('leaves that of a repository alone, and says so', () => {
    mkdirSync(join(folder, '.git'))
    writeFileSync(join(folder, '.env'), 'APP_ID=12\n')
    const { said } = start()
    expect(said[0]).toContain('was not read, since it belongs to the repository')
    expect(said).toContain('  APP_ID is missing')
  })
})
