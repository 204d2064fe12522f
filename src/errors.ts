// Surprises. Expected ends (declines, failed commands, spent budgets) are values, not these.

/**
 * What a fault is decides what is done about it; nobody branches on a message.
 *
 * - `invalid_input`   somebody gave us something we cannot use: say so, never retry
 * - `infrastructure`  a network, a server, a disk: retried by the worker with backoff
 * - `fenced`          another worker owns the run now: stop at once, write nothing
 * - `cancelled`       the run was asked to stop: keep the work, settle as cancelled
 * - `budget_spent`    the next call could pass a ceiling: stop and keep the work
 * - `conflict`        something was published by somebody else: find and attach, never overwrite
 * - `defect`          our own mistake: the run fails and says so
 */
export type FaultClass =
  | 'invalid_input'
  | 'infrastructure'
  | 'fenced'
  | 'cancelled'
  | 'budget_spent'
  | 'conflict'
  | 'defect'

export interface FaultOptions {
  /** What the reader can do about it, one sentence. */
  mend?: string
  /** Facts for the log; never a secret. */
  data?: Record<string, unknown>
  cause?: unknown
}

/** An error that carries its class, a stable code, data, the mend and its cause. */
export class Fault extends Error {
  readonly class: FaultClass
  readonly code: string
  readonly mend: string | undefined
  readonly data: Record<string, unknown>

  constructor(faultClass: FaultClass, code: string, message: string, options: FaultOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'Fault'
    this.class = faultClass
    this.code = code
    this.mend = options.mend
    this.data = options.data ?? {}
  }
}

/** The fault itself, what the machine has refused, or a `defect` around anything else that was thrown. */
export function toFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown
  if (!(thrown instanceof Error)) return new Fault('defect', 'unexpected', String(thrown), { cause: thrown })
  return refusedByMachine(thrown) ?? new Fault('defect', 'unexpected', thrown.message, { cause: thrown })
}

/** A full disk passes; a folder that cannot be made is one that was set for us. Neither is a mistake of ours. */
function refusedByMachine(error: NodeJS.ErrnoException): Fault | undefined {
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return new Fault('infrastructure', 'disk_full', `The disk is full: ${error.message}`, {
      mend: 'Make room on the machine of the worker; docs/operating.md says what may be deleted.',
      cause: error,
    })
  if (error.syscall !== 'mkdir') return undefined
  return new Fault('invalid_input', 'folder_refused', `A folder cannot be made: ${error.message}`, {
    mend: 'Give the folder above it to the user that runs Draftsmith, or set DRAFTSMITH_DATA_DIR to another one.',
    cause: error,
  })
}
