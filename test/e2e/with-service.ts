// What is at work while a file of end-to-end tests runs: one GitHub, one model, and a service for each `withService`.
// Every file has this module for itself.
import { afterAll, beforeAll } from 'vitest'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { ScriptedMessages } from '../support/scripted-messages.ts'
import { type ServiceInProcess, type ServiceOptions, startService } from '../support/service.ts'
import { startGitHub } from './fixture.ts'

export let github: EmulatedGitHub
export let model: ScriptedMessages
/** Of the tests that are run now. */
export let service: ServiceInProcess

/** For all tests of the file that calls it. */
export function withGitHub(): void {
  beforeAll(async () => {
    ;[github, model] = await Promise.all([startGitHub(), ScriptedMessages.start()])
  })
  afterAll(async () => {
    await github?.close()
    await model?.[Symbol.asyncDispose]()
  })
}

/** For the tests beside the call, after `withGitHub`. */
export function withService(options: Omit<ServiceOptions, 'github' | 'model' | 'place'> = {}): void {
  beforeAll(async () => {
    service = await startService({ github, model, ...options })
  })
  afterAll(() => service?.stop())
}
