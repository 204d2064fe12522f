import { redact } from '../trace/redaction.ts'
import type { Spans } from '../trace/spans.ts'
import type { Command, CommandResult, Sandbox } from './sandbox.ts'

const longestLine = 500

/** The same sandbox, whose commands are spans of the run that they are part of. */
export function watchSandbox(sandbox: Sandbox, spans: Pick<Spans, 'around'>): Sandbox {
  return {
    ...sandbox,
    async open(options) {
      const session = await sandbox.open(options)
      return { ...session, run: (command) => watched(command, spans, session.run) }
    },
  }
}

function watched(
  command: Command,
  spans: Pick<Spans, 'around'>,
  run: (command: Command) => Promise<CommandResult>,
): Promise<CommandResult> {
  const attributes = { 'process.command_line': redact(command.line).slice(0, longestLine) }
  return spans.around({ name: 'command', attributes }, async (tell) => {
    const result = await run(command)
    tell({ 'process.exit.code': result.exitCode ?? undefined, 'draftsmith.command.limit': result.limit })
    return result
  })
}
