import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withLock } from '../../src/workspace/lock.ts'

const lockModule = new URL('../../src/workspace/lock.ts', import.meta.url).href

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'draftsmith-lock-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Another process that takes the lock and keeps it until it dies. */
async function holder(file: string) {
  const program = `
    const { withLock } = await import(${JSON.stringify(lockModule)})
    await withLock(${JSON.stringify(file)}, () => new Promise((resolve) => {
      console.log('held')
      // What nobody can end any more would be collected, and its lock with it.
      setInterval(() => resolve, 1000)
    }))`
  const child = execa(process.execPath, ['--input-type=module', '--eval', program], { reject: false })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  return { child }
}

it('lets one in at a time', async () => {
  const file = join(folder, 'lock')
  let inside = 0
  let most = 0
  const visit = async () => {
    inside += 1
    most = Math.max(most, inside)
    await new Promise((resolve) => setImmediate(resolve))
    inside -= 1
    return most
  }
  await Promise.all([1, 2, 3, 4].map(() => withLock(file, visit)))
  expect(most).toBe(1)
})

it('is free again after work that failed', async () => {
  const file = join(folder, 'lock')
  const failing = withLock(file, () => Promise.reject(new Error('broken')))
  await expect(failing).rejects.toThrow('broken')
  expect(await withLock(file, async () => 'in')).toBe('in')
})

it('keeps other processes out, and is free the moment its holder is killed', async () => {
  const file = join(folder, 'lock')
  const { child } = await holder(file)
  let entered = false
  const waiting = withLock(file, async () => {
    entered = true
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(entered).toBe(false)
  child.kill('SIGKILL')
  await child
  await waiting
  expect(entered).toBe(true)
})

it('is not waited for once the run is stopped', async () => {
  const file = join(folder, 'lock')
  const stop = new AbortController()
  await withLock(file, async () => {
    const waiting = withLock(file, async () => 'in', stop.signal)
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ class: 'cancelled' })
  })
})
