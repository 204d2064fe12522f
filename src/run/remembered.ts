/**
 * What a claim has read once and from then on writes itself: nobody else may write in its name, so the database need not be
 * asked again. It is forgotten when a write fails, because that may have been made all the same.
 */
export class Remembered<T> {
  readonly #load: () => Promise<T>
  #value: Promise<T> | undefined

  constructor(load: () => Promise<T>) {
    this.#load = load
  }

  /** Rejects as `load` does, which is asked again the next time. */
  async read(): Promise<T> {
    this.#value ??= this.#load()
    const reading = this.#value
    try {
      return await reading
    } catch (error) {
      this.#forget(reading)
      throw error
    }
  }

  /** `keep` puts what was written into what is remembered; it may find it there already, if that was read meanwhile. */
  async write<R>(work: () => Promise<R>, keep: (value: T, result: R) => void): Promise<R> {
    let result: R
    try {
      result = await work()
    } catch (error) {
      this.#forget(this.#value)
      throw error
    }
    const value = await this.#value?.catch(() => undefined)
    if (value !== undefined) keep(value, result)
    return result
  }

  #forget(value: Promise<T> | undefined): void {
    if (this.#value === value) this.#value = undefined
  }
}
