// Failures of runners whose traces are not V8's: frames are read by the report's own reader and told in one shape.
import type { Places } from '../clean-output.ts'
import { type Frame, failureDetail } from '../failure-detail.ts'

/** As a test's name: a run that ended before all tests were told. */
export const wholeRun = 'the run as a whole'

/** Message and frames, innermost first. Paths as the runner said them; what lies outside of the repository is left out. */
export function toldFailure(message: string, frames: Frame[], places: Places): string {
  // Lines that look like a frame of V8's would be taken for one.
  const text = message.replace(/^(\s+)at /gm, '$1@ ')
  const stack = frames.map(({ symbol, path, line }) =>
    symbol === '' ? `    at ${path}:${line}` : `    at ${symbol.replace(/[()]/g, '')} (${path}:${line})`,
  )
  return failureDetail([text, ...stack].join('\n'), places)
}
