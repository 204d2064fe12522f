// What the process of the command line reads before a command, and how every failure ends.
import { fileURLToPath } from 'node:url'
import { CommanderError } from 'commander'
import { type Fault, toFault } from '../errors.ts'
import { loadOwnEnvFile } from './env-file.ts'
import { describeProgram } from './program.ts'
import { environment } from './settings.ts'

const say = (line: string) => console.error(line)

/** Answers the exit code. */
export async function main(words: string[]): Promise<number> {
  let exitCode = 0
  const program = describeProgram((code) => {
    exitCode = code
  })
  try {
    const note = loadOwnEnvFile(process.cwd(), fileURLToPath(new URL('../..', import.meta.url)))
    if (note !== undefined) say(note)
    await program.parseAsync(words, { from: 'user' })
    return exitCode
  } catch (thrown) {
    return explain(thrown)
  }
}

/** Says what went wrong and answers the exit code. */
function explain(thrown: unknown): number {
  // Help, the version and wrong options were printed already.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
  const fault = toFault(thrown)
  say(fault.message)
  if (fault.mend !== undefined) say(fault.mend)
  if (fault.class === 'cancelled') return 130
  if (fault.class === 'defect') say(whereItHappened(fault))
  return fault.class === 'invalid_input' ? 2 : 1
}

function whereItHappened(fault: Fault): string {
  if (!/^(debug|trace)$/.test(environment().LOG_LEVEL ?? ''))
    return 'This is a mistake in Draftsmith. LOG_LEVEL=debug shows where it happened.'
  const { cause } = fault
  return (cause instanceof Error ? cause.stack : undefined) ?? fault.stack ?? ''
}
