import { Fault } from '../errors.ts'
import type { Sandbox, SandboxReport } from './sandbox.ts'

/** Why nothing can run in it, and what to do about that. */
export function unusableReport(kind: Sandbox['kind'], error: unknown): SandboxReport {
  const what = error instanceof Error ? error.message : String(error)
  const mend = (error instanceof Fault ? error.mend : undefined) ?? 'Read the log; this is not expected.'
  return { kind, usable: false, problem: { what, mend }, held: [] }
}
