import { expect, it } from 'vitest'
import { runStates } from '../../src/run/run.ts'
import { statesBefore, transition } from '../../src/run/transitions.ts'

it('lets nothing out of the end, and everything else reach it', () => {
  for (const state of runStates) {
    expect(transition('ended', state)).toBe(false)
    if (state !== 'ended') expect(transition(state, 'ended')).toBe(true)
  }
})

it('lets only a worker that has the run ask a person, and an answer queue it again', () => {
  expect(statesBefore('awaiting_approval')).toEqual(['running'])
  expect(statesBefore('awaiting_answer')).toEqual(['running'])
  expect(statesBefore('queued')).toEqual(['running', 'awaiting_approval', 'awaiting_answer'])
  expect(statesBefore('running')).toEqual(['queued', 'running'])
})
