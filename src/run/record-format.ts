// What becomes of a run that another version of Draftsmith began.
import type { Fault } from '../errors.ts'
import type { Outcome } from './outcome.ts'
import type { Run } from './run.ts'

/**
 * The shape of what runs record: values of stages, model calls, journals. To be raised with every change after which records of
 * the version before would be misread; what only adds is no such change. A run keeps the format that it was begun with.
 */
export const recordFormat = 1

/** How a run ends that has records of another format; undefined where it goes on. */
export function endOfOtherFormat({ version, recordFormat: begunWith }: Run, own: string): Outcome | undefined {
  if (begunWith === recordFormat) return undefined
  return beganElsewhere(version, `Draftsmith ${own} reads its records differently.`)
}

/** A mistake within a run that another version began may be that: its records may not be what this version takes them for. */
export function endOfOtherVersion({ version }: Run, own: string, fault: Fault): Outcome | undefined {
  if (fault.class !== 'defect' || version === own) return undefined
  return beganElsewhere(version, `Draftsmith ${own} could not go on with it: ${fault.message}`)
}

function beganElsewhere(version: string, why: string): Outcome {
  return {
    kind: 'failed',
    code: 'begun_by_another_version',
    reason: `The run was begun by Draftsmith ${version}. ${why}`,
    mend: 'Start it again: the new run begins anew, with a budget of its own.',
  }
}
