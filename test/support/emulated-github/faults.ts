// Failures on demand.

import type { FaultRequest, FaultSeed } from './types.ts'

export class Faults {
  #armed: { fault: FaultSeed; left: number }[] = []

  add(fault: FaultSeed): () => void {
    const armed = { fault, left: fault.times ?? Number.POSITIVE_INFINITY }
    this.#armed.push(armed)
    return () => {
      this.#armed = this.#armed.filter((each) => each !== armed)
    }
  }

  clear(): void {
    this.#armed = []
  }

  /** The fault that acts on this request; counted down. */
  take(request: FaultRequest): FaultSeed | undefined {
    const armed = this.#armed.find((each) => each.left > 0 && each.fault.match(request))
    if (armed) armed.left -= 1
    return armed?.fault
  }
}
