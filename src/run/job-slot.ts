// One place of this process in which a job at a time is worked on.

/** Starts to take jobs, and answers what ends that: it resolves when the job under way is over. */
export type StartTaking = () => Promise<() => Promise<void>>

/** Told to take jobs again while one is still under way, it takes no second one beside it. */
export class JobSlot {
  readonly #start: StartTaking
  #wanted = false
  #stop: (() => Promise<void>) | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(start: StartTaking) {
    this.#start = start
  }

  take(): Promise<void> {
    this.#wanted = true
    return this.#inTurn(async () => {
      if (this.#wanted) this.#stop ??= await this.#start()
    })
  }

  /** Resolves when nothing is under way. */
  leave(): Promise<void> {
    this.#wanted = false
    return this.#inTurn(async () => {
      if (this.#wanted) return
      await this.#stop?.()
      this.#stop = undefined
    })
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.catch(() => undefined).then(change)
    return this.#turn
  }
}
