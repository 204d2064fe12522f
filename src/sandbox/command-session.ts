// What the sessions of all adapters share: a folder of their own, commands that may overlap, an end that waits for them.
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOutputPipes, type OutputPipes } from './output-pipes.ts'
import type { Command, CommandResult, SandboxOptions, SandboxSession } from './sandbox.ts'
import { cancelledBeforeStart } from './supervised-command.ts'

export interface CommandPlace {
  options: SandboxOptions
  /** Deleted when the session is closed. */
  folder: string
  pipes: OutputPipes
  /** Aborts when the session is closed. */
  closing: AbortSignal
}

export interface CommandSessionParts {
  /** Where the session's folder is made; the machine's folder for temporary files when left out. */
  scratch: string | undefined
  /** Puts into the session's folder what commands need. */
  furnish?(folder: string): Promise<void>
  runCommand(place: CommandPlace, command: Command): Promise<CommandResult>
}

export async function openCommandSession(
  options: SandboxOptions,
  { scratch, furnish, runCommand }: CommandSessionParts,
): Promise<SandboxSession> {
  const folder = await mkdtemp(join(scratch ?? tmpdir(), 'draftsmith-sandbox-'))
  await furnish?.(folder)
  await mkdir(join(options.home, 'tmp'), { recursive: true })
  const closing = new AbortController()
  const running = new Set<Promise<unknown>>()
  const place = { options, folder, pipes: createOutputPipes(folder), closing: closing.signal }
  const run = async (command: Command) =>
    closing.signal.aborted || command.signal?.aborted ? cancelledBeforeStart(command) : runCommand(place, command)
  return {
    run(command) {
      const result = run(command)
      const settled = result.catch(() => undefined).finally(() => running.delete(settled))
      running.add(settled)
      return result
    },
    async close() {
      closing.abort()
      await Promise.all(running)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
