// Writes that nobody waits for: what stands between a model's reply and the next request is paid for in time by every turn.

/** By then the model has the next request. */
const laterMs = 100

export interface LateWrites<T> {
  /** Written a moment later, in the order in which they were added. */
  add(entry: T): void
  /** Waits until all that was added is written, beginning at once; throws what the first failed write threw. */
  written(): Promise<void>
}

export function createLateWrites<T>(write: (entry: T) => Promise<void>): LateWrites<T> {
  let writing: Promise<void> = Promise.resolve()
  let waiting: T[] = []
  let later: NodeJS.Timeout | undefined

  function begin(): Promise<void> {
    clearTimeout(later)
    later = undefined
    const entries = waiting
    waiting = []
    writing = writing.then(async () => {
      for (const entry of entries) await write(entry)
    })
    // The rejection is told by `written`; until then it must not count as unhandled.
    writing.catch(() => {})
    return writing
  }

  return {
    add(entry) {
      waiting.push(entry)
      later ??= setTimeout(begin, laterMs)
    },
    written: begin,
  }
}
