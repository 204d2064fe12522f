// What GitHub leaves an installation of its calls an hour. Types only: shared-call-budget.ts reckons, run/github-budgets.ts keeps it
// for all processes, since they all spend from it and each sees only its own answers.

export interface Standing {
  /** Calls an hour. */
  limit: number
  remaining: number
  /** Milliseconds since 1970: from then on the limit holds anew. */
  resetsAt: number
  /** Milliseconds since 1970: GitHub asked not to be called before (`retry-after`). */
  closedUntil?: number | undefined
}

export interface CallBudget {
  /** As any process was told, some seconds ago at most; undefined where nothing is known that still holds. Never throws. */
  standing(installationId: number): Promise<Standing | undefined>
  /** What an answer told. Returns at once; kept for the others now and then, and at once where little is left. */
  note(installationId: number, told: Standing): void
  /** GitHub asked not to be called before that moment, in milliseconds since 1970. */
  close(installationId: number, until: number): void
}

/** Where it is kept. Throws `infrastructure`. */
export interface StandingStore {
  read(installationId: number): Promise<Standing | undefined>
  /** Joins what is there: of one window the least that remains, of two the newer one. */
  join(installationId: number, standing: Standing): Promise<void>
}

/** `background`: nobody waits for it, so that it leaves the last calls of an hour to those for whom somebody does. */
export type Urgency = 'answer' | 'background'
