import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGit } from '../../src/workspace/git.ts'

// `git` of this PATH does what a test needs; real git stands behind it.
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'draftsmith-git-starter-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const gitOnPath = async (script: string) => {
  await writeFile(join(folder, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return createGit({ hostEnv: { PATH: `${folder}:${process.env.PATH}` }, home: folder })
}
const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
const gone = async (pid: number) => {
  for (let look = 0; look < 200 && isAlive(pid); look += 1) await sleep(25)
  return !isAlive(pid)
}
const writtenPid = async (file: string) => {
  for (let look = 0; look < 200; look += 1) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => '')
    if (text.endsWith('\n')) return Number(text)
    await sleep(25)
  }
  throw new Error(`${file} was not written`)
}

describe('git', () => {
  it('is started by another process than this one, which has nothing of our environment', async () => {
    process.env.STARTER_TEST_SECRET = 'secret'
    const git = await gitOnPath('tr "\\0" "\\n" < /proc/$PPID/environ; echo "parent $PPID"')
    const told = (await git.run([])).toString()
    delete process.env.STARTER_TEST_SECRET
    expect(told).not.toContain('secret')
    expect(Number(/parent (\d+)/.exec(told)?.[1])).not.toBe(process.pid)
  })

  it('takes bytes in and gives bytes back, many calls at once', async () => {
    const git = await gitOnPath('cat')
    const inputs = Array.from({ length: 12 }, (_, index) => Buffer.alloc(200_000, index))
    const outputs = await Promise.all(inputs.map((input) => git.run([], { input })))
    expect(outputs.every((output, index) => output.equals(inputs[index] ?? Buffer.of()))).toBe(true)
  })

  it('ends when its signal says so', async () => {
    const git = await gitOnPath(`echo $$ > ${folder}/pid; exec sleep 60`)
    const stop = new AbortController()
    const call = expect(git.run([], { signal: stop.signal })).rejects.toMatchObject({ class: 'cancelled' })
    const pid = await writtenPid('pid')
    stop.abort()
    await call
    expect(await gone(pid)).toBe(true)
  })

  it('is started again after the process that starts it was killed; the call under way fails', async () => {
    const git = await gitOnPath(`echo $PPID > ${folder}/starter; exec sleep 60`)
    const call = expect(git.run([])).rejects.toMatchObject({ class: 'infrastructure', code: 'git_not_started' })
    process.kill(await writtenPid('starter'), 'SIGKILL')
    await call
    const answering = await gitOnPath('echo here')
    expect((await answering.run([])).toString()).toBe('here\n')
  })

  it('leaves nothing behind when the process dies that asked for it', async () => {
    await gitOnPath(`echo $PPID > ${folder}/starter; echo $$ > ${folder}/pid; exec sleep 60`)
    const room = new URL('../../src/workspace/git.ts', import.meta.url).href
    const script = `const { createGit } = await import('${room}'); void createGit({ hostEnv: { PATH: '${folder}:${process.env.PATH}' }, home: '${folder}' }).run([])`
    const asking = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    const [starter, pid] = [await writtenPid('starter'), await writtenPid('pid')]
    asking.child.kill('SIGKILL')
    await expect(asking).rejects.toThrow()
    expect([await gone(starter), await gone(pid)]).toEqual([true, true])
  })

  it('does not keep a process from ending that waits for nothing', async () => {
    await gitOnPath('echo done')
    const room = new URL('../../src/workspace/git.ts', import.meta.url).href
    const script = `const { createGit } = await import('${room}'); const git = createGit({ hostEnv: { PATH: '${folder}:${process.env.PATH}' }, home: '${folder}' }); console.log((await git.run([])).toString())`
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script])
    expect(stdout).toContain('done')
  })

  it('says what is missing where there is no git', async () => {
    const git = createGit({ hostEnv: { PATH: folder }, home: folder })
    await expect(git.run(['status'])).rejects.toMatchObject({
      code: 'git_not_started',
      mend: expect.stringMatching(/PATH/),
    })
  })
})
