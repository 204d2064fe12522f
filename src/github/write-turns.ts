// Writes to GitHub, one after the other over all processes that write for an installation. Types only; run/write-turns.ts keeps whose
// turn it is.

export interface WriteTurns {
  /** Takes the next turn. Answers how many milliseconds there are until then. Throws `infrastructure`. */
  next(installationId: number, spacing: Spacing): Promise<number>
}

/** Milliseconds. */
export interface Spacing {
  /** From this write to the next one. */
  writeMs: number
  /** From this one to the next that notifies people; absent where it notifies nobody. */
  notifyMs?: number
}
