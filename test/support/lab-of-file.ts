// The lab in which the tests of a file open their runs. Every file has this module for itself.
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { Bench } from '../../src/prepare/bench.ts'
import { type Lab, type OpenRequest, openBenched, openLab } from './run-context.ts'

export let lab: Lab
const benches: Bench[] = []

/** For all tests of the file that calls it. */
export function withLab(): void {
  beforeAll(async () => {
    lab = await openLab()
  })
  afterEach(async () => {
    for (const bench of benches.splice(0)) await bench[Symbol.asyncDispose]()
  })
  afterAll(() => lab[Symbol.asyncDispose]())
}

/** A run with its bench, which is given back after the test. */
export async function benched(request?: OpenRequest) {
  const opened = await openBenched(lab, request)
  benches.push(opened.bench)
  return opened
}
