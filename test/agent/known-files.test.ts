import { expect, test } from 'vitest'
import { knownFiles } from '../../src/agent/known-files.ts'
import type { Tool } from '../../src/agent/tools.ts'

function counted(...answers: (string[] | Error)[]) {
  let asked = 0
  const ask = async () => {
    const answer = answers[asked++] ?? []
    if (answer instanceof Error) throw answer
    return answer
  }
  return { ask, times: () => asked }
}

const tool = (run: Tool['run']): Tool => ({
  spec: { name: 'change', description: '', inputSchema: {} },
  kind: 'effect',
  run,
})

test('the list is asked for once, also by two at the same time', async () => {
  const { ask, times } = counted(['a'])
  const files = knownFiles(ask)
  expect(await Promise.all([files.list(), files.list()])).toEqual([['a'], ['a']])
  expect(await files.list()).toEqual(['a'])
  expect(times()).toBe(1)
})

test('after a tool that changes the tree it is asked for anew, however the tool ends', async () => {
  const { ask } = counted(['a'], ['a', 'b'], ['b'])
  const files = knownFiles(ask)
  await files.list()
  await files.changedBy(tool(async () => ({ text: 'done' }))).run({})
  expect(await files.list()).toEqual(['a', 'b'])
  const failing = files.changedBy(
    tool(async () => {
      throw new Error('half done')
    }),
  )
  await expect(failing.run({})).rejects.toThrow('half done')
  expect(await files.list()).toEqual(['b'])
})

test('a failure is not remembered', async () => {
  const files = knownFiles(counted(new Error('no git'), ['a']).ask)
  await expect(files.list()).rejects.toThrow('no git')
  expect(await files.list()).toEqual(['a'])
})
