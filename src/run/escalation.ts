/** A decision that is not the machine's: the run waits until a person has chosen. Plain data, since it is recorded. */
export interface Escalation {
  /** Why somebody has to decide; one sentence, as people read it. */
  reason: string
  /** What was found, one entry a line. */
  evidence: string[]
  /** Two at least. People see them numbered from 1. */
  options: string[]
  /** Number of the option that is recommended, from 1. */
  recommended: number
}
