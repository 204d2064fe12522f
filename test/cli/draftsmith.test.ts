import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MessagesApi } from '../support/messages-api.ts'
import { startProgram } from '../support/program.ts'
import { CommandLine } from './command-line.ts'

let line: CommandLine
let issue: string
beforeEach(() => {
  line = new CommandLine()
  issue = join(line.folder, 'issue.md')
  writeFileSync(issue, 'The sum is wrong\n\nIt is one too high.\n')
})
afterEach(() => line.remove())

const key = { ANTHROPIC_API_KEY: 'a-key' }
const holder = new URL('../run/fixtures/hold-database.ts', import.meta.url)

describe('what can be asked for', () => {
  test('no command shows the help and is an error', async () => {
    const { exitCode, stdout, stderr } = await line.run([])
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^Usage: draftsmith \[options\] \[command\]/)
    for (const name of ['run', 'approve', 'revise', 'choose', 'show', 'replay', 'init', 'doctor', 'serve'])
      expect(stderr).toMatch(new RegExp(`^  ${name}`, 'm'))
  })

  test('help and version are answers', async () => {
    const [help, version] = await Promise.all([line.run(['run', '--help']), line.run(['--version'])])
    expect(help).toMatchObject({ exitCode: 0, stderr: '' })
    expect(help.stdout).toContain('--repo <path|url>')
    expect(version).toMatchObject({ exitCode: 0, stderr: '', stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  test('a mistyped command is answered by the nearest one', async () => {
    expect(await line.run(['docter'])).toMatchObject({
      exitCode: 2,
      stderr: "error: unknown command 'docter'\n(Did you mean doctor?)\n",
    })
  })

  test('a missing option is named', async () => {
    expect(await line.run(['run', '--repo', '.'])).toMatchObject({
      exitCode: 2,
      stderr: "error: required option '--issue <issue>' not specified\n",
    })
  })
})

describe('the environment', () => {
  test('a missing key is told with its mend', async () => {
    const { exitCode, stderr } = await line.run(['run', '--repo', '.', '--issue', issue])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('ANTHROPIC_API_KEY is missing\n    Create a key in the Anthropic console')
  })

  test('a missing key does not hide an issue that is not there', async () => {
    const { exitCode, stderr } = await line.run(['run', '--repo', '.', '--issue', 'nowhere.md'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('The issue file nowhere.md cannot be read.')
    expect(stderr).toContain('ANTHROPIC_API_KEY is missing')
  })

  test('all that is wrong is told at once', async () => {
    const env = { PORT: '99999', DRAFTSMITH_SANDBOX: 'docker', DATABASE_URL: 'mysql://x/y' }
    const { exitCode, stderr } = await line.run(['run', '--repo', '.', '--issue', issue], { env })
    expect(exitCode).toBe(2)
    const named = [...stderr.matchAll(/^ {2}([A-Z_]+) /gm)].map(([, name]) => name)
    expect(named.sort()).toEqual(['ANTHROPIC_API_KEY', 'DATABASE_URL', 'DRAFTSMITH_SANDBOX', 'PORT'])
  })

  test('.env of the current folder is read, and what is set already stays', async () => {
    writeFileSync(join(line.folder, '.env'), 'ANTHROPIC_API_KEY=from-file\nPORT=99999\n')
    const [read, kept] = await Promise.all([
      line.run(['show', 'r-unknown']),
      line.run(['show', 'r-unknown'], { env: { PORT: '3000' } }),
    ])
    expect(read.stderr).toContain('PORT is `99999`, and must be at most')
    expect(kept.stderr).toContain('There is no run r-unknown')
  })

  test('.env of a repository is not read: it could name another address for the key', async () => {
    const repository = repositoryWith({ 'a.txt': 'a\n', '.env': 'ANTHROPIC_BASE_URL=http://127.0.0.1:1\nPORT=99999\n' })
    mkdirSync(join(repository, 'sub'))
    writeFileSync(join(repository, 'sub', '.env'), 'PORT=99999\n')
    for (const cwd of [repository, join(repository, 'sub')]) {
      const { stderr } = await line.run(['show', 'r-unknown'], { cwd })
      expect(stderr).toContain(`was not read, since it belongs to the repository ${repository}.`)
      expect(stderr).toContain('There is no run r-unknown')
    }
  })
})

describe('what a run is given', () => {
  test.each([
    ['a folder that is no repository', () => line.folder, 'is not a git repository.', 'Name a folder inside a clone'],
    ['an empty repository', emptyRepository, 'The repository has no commits yet.', 'Make a first commit'],
  ])('%s', async (_, repository, message, mend) => {
    const { exitCode, stdout, stderr } = await line.run(['run', '--repo', repository(), '--issue', issue], { env: key })
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(stderr).toContain(mend)
  })

  test('an unknown base is named', async () => {
    const args = ['run', '--repo', repositoryWith({ 'a.txt': 'a\n' }), '--issue', issue, '--base', 'no-such']
    expect(await line.run(args, { env: key })).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('There is no branch, tag or commit `no-such`.\nName one that `git branch --all`'),
    })
  })

  test.each(['.', 'sub', '../repository/'])('a repository is found by the relative path %s', async (path) => {
    const repository = repositoryWith({ 'a.txt': 'a\n' })
    mkdirSync(join(repository, 'sub'))
    const args = ['run', '--repo', path, '--issue', '-', '--base', 'no-such']
    const { stderr } = await line.run(args, { env: key, cwd: repository, input: 'Title\n' })
    expect(stderr).toContain('There is no branch, tag or commit `no-such`.')
  })

  test('an issue without text', async () => {
    const args = ['run', '--repo', repositoryWith({ 'a.txt': 'a\n' }), '--issue', '-']
    expect(await line.run(args, { env: key, input: ' \n\n' })).toMatchObject({
      exitCode: 2,
      stderr: 'The issue has no text.\nWrite a title on the first line and what is wrong below it.\n',
    })
  })

  test('an issue file that cannot be read', async () => {
    const missing = join(line.folder, 'nothing.md')
    expect(await line.run(['run', '--repo', '.', '--issue', missing], { env: key })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(
        `The issue file ${missing} cannot be read.\nGive a file, \`-\` for standard input`,
      ),
    })
  })
})

describe('runs that are looked for', () => {
  test.each([['show'], ['replay'], ['approve', '01234567']])(
    '%s of an unknown run, before any database exists',
    async (command, ...more) => {
      expect(await line.run([command, 'r-unknown', ...more])).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringMatching(
          /^There is no run r-unknown, since no database exists yet\.\nCheck the id, and set DATABASE_URL/,
        ),
      })
    },
  )

  test('a database that another process holds is said, not opened', async () => {
    const program = startProgram(holder, ['folder', join(line.dataDir, 'local-database')])
    try {
      await program.line()
      const shown = await line.run(['show', 'r-unknown'])
      expect(shown.exitCode).toBe(2)
      expect(shown.stderr).toMatch(
        /^Run r-unknown was not found, and local runs could not be looked at: Another Draftsmith process uses .*\nStop the other process/,
      )
      const repository = repositoryWith({ 'a.txt': 'a\n' })
      const run = await line.run(['run', '--repo', repository, '--issue', issue], { env: key })
      expect(run.exitCode).toBe(2)
      expect(run.stderr).toContain(`Another Draftsmith process uses the data folder ${line.dataDir}/local-database.`)
      expect(run.stderr).toContain('Stop the other process')
    } finally {
      await program.kill()
    }
  }, 60_000)
})

describe('Ctrl-C', () => {
  test('ends a run that waits for the model, keeps it, and says so', async () => {
    await using silent = await MessagesApi.start(() => {})
    const repository = repositoryWith({ 'sum.js': 'export const sum = (a, b) => a + b + 1\n' })
    const env = { ...key, ANTHROPIC_BASE_URL: silent.url }
    const started = line.start(['run', '--repo', repository, '--issue', issue, '--json'], { env })
    await until(() => silent.requests.length > 0)
    started.process.kill('SIGINT')
    const { exitCode, stdout, stderr } = await started.ended
    expect(exitCode).toBe(130)
    expect(stderr).toContain('Stopping; the work is kept. Press Ctrl-C again to leave at once.')
    const { run, outcome, reason, resumable } = JSON.parse(stdout)
    const stopped = expect.stringContaining('stopped')
    expect({ outcome, reason, resumable }).toEqual({ outcome: 'cancelled', reason: stopped, resumable: true })
    const shown = await line.run(['show', run])
    expect(shown).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('State: interrupted; the same') })
    // Nobody knows what the call that broke off has cost: what it could have counts.
    expect(shown.stdout).toMatch(
      /\nCost: [\d.]+ USD · [\d,]+ tokens\n {2}analyst: [\d.]+ USD, [\d,]+ tokens, 1 call \(/,
    )
  }, 60_000)

  test('leaves a run that the same command goes on with, from the same commit and unless it shall start over', async () => {
    await using silent = await MessagesApi.start(() => {})
    const repository = repositoryWith({ 'sum.js': 'export const sum = (a, b) => a + b + 1\n' })
    const env = { ...key, ANTHROPIC_BASE_URL: silent.url }
    const interruptedRun = async (...more: string[]) => {
      const asked = silent.requests.length
      const started = line.start(['run', '--repo', repository, '--issue', issue, '--json', ...more], { env })
      await until(() => silent.requests.length > asked)
      started.process.kill('SIGINT')
      const { stdout, stderr } = await started.ended
      return { run: String(JSON.parse(stdout).run), stderr }
    }
    const first = await interruptedRun()
    const second = await interruptedRun()
    expect(second).toEqual({ run: first.run, stderr: expect.stringContaining(`Going on with run ${first.run}`) })
    const third = await interruptedRun('--fresh')
    expect(third.run).not.toBe(first.run)
    expect((await line.run(['show', first.run])).stdout).toContain('another one was started afresh')
    writeFileSync(join(repository, 'other.js'), '')
    commit(repository)
    const fourth = await interruptedRun()
    expect(fourth.run).not.toBe(third.run)
    expect((await line.run(['show', third.run])).stdout).toContain('The run was interrupted, and it had started from')
  }, 120_000)

  test('twice leaves at once, whatever is waited for', async () => {
    const asked: string[] = []
    const silent = createServer((request) => asked.push(request.url ?? '')).listen(0, '127.0.0.1')
    try {
      await once(silent, 'listening')
      const env = { ...key, GITHUB_API_URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}` }
      const started = line.start(['run', '--repo', '.', '--issue', 'acme/tool#1'], { env })
      const told = [] as string[]
      started.process.stderr?.on('data', (chunk: Buffer) => told.push(chunk.toString()))
      await until(() => asked.length > 0)
      started.process.kill('SIGINT')
      await until(() => told.length > 0)
      started.process.kill('SIGINT')
      expect(await started.ended).toMatchObject({ exitCode: 130, stdout: '' })
    } finally {
      silent.closeAllConnections()
      silent.close()
    }
  })
})

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await sleep(20)
}

function emptyRepository(): string {
  const folder = join(line.folder, 'repository')
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', folder])
  return folder
}

function repositoryWith(files: Record<string, string>): string {
  const folder = emptyRepository()
  for (const [path, content] of Object.entries(files)) writeFileSync(join(folder, path), content)
  commit(folder)
  return folder
}

function commit(folder: string): void {
  execFileSync('git', ['-C', folder, 'add', '--all', '--force'])
  const author = ['-c', 'user.name=Mia', '-c', 'user.email=mia@example.com']
  execFileSync('git', ['-C', folder, ...author, 'commit', '--quiet', '--message=change'])
}
