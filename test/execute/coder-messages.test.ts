import { expect, test } from 'vitest'
import type { Work } from '../../src/execute/close-modification.ts'
import { firstMessages } from '../../src/execute/coder-messages.ts'
import type { ContextFile } from '../../src/explore/context-packet.ts'
import { contractOf, snapshotOf } from '../policy/fixture.ts'
import { change, planOf } from '../support/fixture-shop.ts'

const functions = Array.from(
  { length: 300 },
  (_, at) => `export function step${at}(value) {\n  return value + ${at}\n}\n`,
)
const long = functions.join('\n')
const found: ContextFile = {
  path: 'src/steps.js',
  reason: 'mentions step5',
  test: false,
  lines: 1199,
  parts: [{ from: 21, to: 23, text: 'what the search found' }],
}

test('a short file is shown whole, of a long one what the plan is about', async () => {
  const text = await told(change('fix', 'src/steps.js', { around: ['step200'] }), long)
  expect(text).toContain('<file path="src/steps.js" lines="1199">\nlines 796-841:\n')
  expect(text).toContain('return value + 200\n')
  expect(text).not.toContain('return value + 150\n')
  expect(await told(change('fix', 'src/steps.js'), functions[0] ?? '')).toContain(
    '<file path="src/steps.js">\nexport function step0(value) {\n  return value + 0\n}\n</file>',
  )
})

test('where the plan names nothing that is in it, what the search found is shown', async () => {
  const text = await told(change('fix', 'src/steps.js', { around: ['absent'] }), long)
  expect(text).toContain('lines 21-23:\nwhat the search found')
})

async function told(modification: ReturnType<typeof change>, text: string): Promise<string> {
  const work = {
    task: {
      contract: contractOf(),
      plan: planOf([modification]),
      packet: { files: [found], map: '', notFound: [] },
      bench: {
        snapshot: { ...snapshotOf('test'), instructions: [] },
        baseline: { missingTools: [], installProblem: undefined, checks: [] },
        tree: { readText: async () => ({ kind: 'text', text }) },
      },
    },
    state: { queue: { current: modification } },
  } as unknown as Work
  const [message] = await firstMessages(work)
  const block = message?.content[0]
  return block?.type === 'text' ? block.text : ''
}
