import { expect, test } from 'vitest'
import { createTellPlaces } from '../../src/reconcile/tell-places.ts'
import { someRun } from '../intake/some-run.ts'

test('a place that has changed is told again, once, and only of runs that no worker has had', async () => {
  let line = ['r-1', 'r-2', 'r-3', 'r-4']
  const told: string[] = []
  const duty = createTellPlaces({
    queue: { line: async (most) => line.slice(0, most) },
    ledger: { find: async (id) => someRun({ id, state: 'queued', epoch: id === 'r-3' ? 1 : 0 }) },
    tell: async ({ id }) => void told.push(id),
    everyMs: 1,
  })
  const { signal } = new AbortController()
  let memory: unknown
  const round = async () => {
    told.length = 0
    const end = await duty.round(memory, signal)
    // As the database keeps it.
    memory = JSON.parse(JSON.stringify(end.memory))
    expect(end.found).toEqual({ told: told.length })
    return [...told]
  }
  expect(await round()).toEqual([])
  expect(await round()).toEqual([])
  line = ['r-2', 'r-3', 'r-4', 'r-5']
  expect(await round()).toEqual(['r-2', 'r-4'])
  expect(await round()).toEqual([])
})
