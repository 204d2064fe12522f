// Something that is looked after from time to time, whatever events have come. Types only.

export interface Duty {
  /** Of the ledger's row and of the log. */
  name: string
  /** From the begin of one round to that of the next. */
  everyMs: number
  /**
   * One round. Throws where it could not be ended; the next one then begins with the same memory. Ends early, without harm, when the
   * signal is aborted.
   */
  round(memory: unknown, signal: AbortSignal): Promise<RoundEnd>
}

export interface RoundEnd {
  /** For the next round, in JSON. Left out: as it was. */
  memory?: unknown
  /** How many of what, for the log. */
  found: Record<string, number>
}
