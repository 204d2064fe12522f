// Which reader understands a command that no ecosystem has made: one of the policy, or of a Makefile.
import { ecosystems } from './ecosystems.ts'
import { resolveScript } from './node-runner.ts'
import { lastCommand } from './shell-words.ts'
import type { ReportFormat } from './toolchain.ts'

/** `scripts` are those of the root's package.json: a command that names one is read as that script. As far as words tell. */
export function reportOf(command: string, scripts: Record<string, string>): { report: ReportFormat; script?: string } {
  const last = lastCommand(command)
  const name = /^(?:npm|pnpm|yarn|bun) (?:run )?([\w:.-]+)$/.exec(last)?.[1]
  const script = name === undefined ? undefined : resolveScript(name, scripts)
  // A script that only names another one would swallow arguments; such a command is judged by its exit code.
  const direct = script !== undefined && script.name !== name ? undefined : (script?.text ?? last)
  return { report: formatOf(direct), ...(script === undefined ? {} : { script: script.text }) }
}

function formatOf(command: string | undefined): ReportFormat {
  if (command === undefined) return 'text'
  for (const { reportOf: own } of ecosystems) {
    const format = own?.(command)
    if (format !== undefined) return format
  }
  return 'text'
}
