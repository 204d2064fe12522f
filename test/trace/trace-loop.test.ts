import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import type { RunContext } from '../../src/run-context.ts'
import { traceLoop } from '../../src/trace/trace-loop.ts'

/** The ledger's part that a trace needs; it takes its time for every write. */
function ledger(write: (kind: string) => void = () => {}) {
  const events: [string, unknown][] = []
  const event = async (kind: string, data: Record<string, unknown> = {}) => {
    await sleep(1)
    write(kind)
    events.push([kind, data])
  }
  const run = { claimed: { event }, log: pino({ level: 'silent' }) } as unknown as RunContext
  return { events, run }
}

const tool = (name: string) => ({
  kind: 'tool' as const,
  name,
  input: {},
  result: '',
  isError: false,
  durationMs: 1,
  restored: false,
})

it('writes nothing while the next request is on its way, and all of it a moment later, in order', async () => {
  const { events, run } = ledger()
  const trace = traceLoop(run, 'coder')
  trace.onEvent(tool('first'))
  trace.onEvent(tool('second'))
  await sleep(20)
  expect(events).toEqual([])
  await expect
    .poll(() => events.map(([kind, data]) => [kind, (data as { name: string }).name]))
    .toEqual([
      ['coder.tool', 'first'],
      ['coder.tool', 'second'],
    ])
})

it('is flushed at once, without what was written before', async () => {
  const { events, run } = ledger()
  const trace = traceLoop(run, 'planner')
  trace.onEvent(tool('first'))
  await trace.flushed()
  trace.onEvent(tool('second'))
  trace.onEvent({ kind: 'tool_failed', name: 'second', error: new Error('with a path in it') })
  await trace.flushed()
  await trace.flushed()
  expect(events.map(([kind, data]) => [kind, (data as { name: string }).name])).toEqual([
    ['planner.tool', 'first'],
    ['planner.tool', 'second'],
    ['planner.tool_failed', 'second'],
  ])
  expect(JSON.stringify(events)).not.toContain('with a path')
})

it('tells what the ledger throws when it is flushed, and not before', async () => {
  const fault = new Fault('fenced', 'fenced', 'Another worker has the run.')
  const { events, run } = ledger(() => {
    throw fault
  })
  const trace = traceLoop(run, 'coder')
  trace.onEvent(tool('first'))
  await sleep(150)
  trace.onEvent(tool('second'))
  await expect(trace.flushed()).rejects.toBe(fault)
  expect(events).toEqual([])
})
