// What is refused before a file of it is written.
import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Bench } from './sources.ts'
import { closeBench, git, openBench } from './sources.ts'

let bench: Bench

beforeEach(async () => {
  bench = await openBench()
})
afterEach(() => closeBench(bench))

/** A commit whose top folder holds these entries, each `<mode> <type> <sha>`, under numbered names. */
async function commitOf(entries: string[]): Promise<string> {
  const input = entries.map((entry, index) => `${entry}\t${index}\n`).join('')
  return git(bench.source, ['commit-tree', '-m', 'x', await git(bench.source, ['mktree'], { input })])
}

async function point(commit: string): Promise<string> {
  await git(bench.source, ['update-ref', 'refs/heads/main', commit])
  return commit
}

const tooLarge = (message: string) => ({
  class: 'invalid_input',
  code: 'repository_too_large',
  message: `A checkout of the repository would write more than ${message}.`,
})

it('a tree that names itself over and over', async () => {
  let entry = `100644 blob ${await git(bench.source, ['hash-object', '-w', '--stdin'], { input: 'x' })}`
  for (let level = 0; level < 8; level += 1) {
    const input = Array.from({ length: 10 }, (_, index) => `${entry}\t${index}\n`).join('')
    entry = `040000 tree ${await git(bench.source, ['mktree'], { input })}`
  }
  const commit = await point(await commitOf([entry]))
  await expect(bench.open(commit)).rejects.toMatchObject(tooLarge('about a million files'))
  expect(await readdir(bench.root)).not.toContain('runs')
})

it('files that pack a thousandfold', async () => {
  const blob = await git(bench.source, ['hash-object', '-w', '--stdin'], { input: '\0'.repeat(16 * 1024 ** 2) })
  const commit = await point(await commitOf(Array.from({ length: 1_100 }, () => `100644 blob ${blob}`)))
  await expect(bench.open(commit)).rejects.toMatchObject(tooLarge('16 GiB of files'))
})

it('but no tree with submodules, which have no size', async () => {
  const blob = await git(bench.source, ['hash-object', '-w', '--stdin'], { input: 'x' })
  const commit = await point(await commitOf([`100644 blob ${blob}`, `160000 commit ${'1'.repeat(40)}`]))
  expect(await (await bench.open(commit)).files()).toEqual(['0'])
})
