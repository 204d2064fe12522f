import { z } from 'zod'
import { defineTool, failed, type Tool } from './tools.ts'

/** One command of a check. */
export interface CheckRun {
  line: string
  exitCode: number | null
  timedOut: boolean
  /** What the check said, cleaned and bounded by whoever ran it. */
  output: string
}

export interface CheckToolOptions {
  /** Ids of the checks that exist; told when another one is asked for. */
  checks: string[]
  /** `tests` are paths of test files, one run for each package that they lie in; absent or empty: the whole check. */
  run: (
    check: string,
    tests: string[],
    signal?: AbortSignal,
  ) => Promise<{ kind: 'ran'; runs: CheckRun[] } | { kind: 'refused'; message: string }>
}

/** `run_check`. Whoever runs the check keeps its result, so that it is answered the same after a crash. */
export function createCheckTool(options: CheckToolOptions): Tool {
  return defineTool({
    name: 'run_check',
    description: 'Runs a check by its id; a test check also on some test files only.',
    kind: 'measure',
    input: z.strictObject({ check: z.string().max(200), tests: z.array(z.string().max(300)).max(20).optional() }),
    async run({ check, tests = [] }, signal) {
      if (!options.checks.includes(check))
        return failed(`There is no check ${check}. There are: ${options.checks.join(', ')}`)
      const ran = await options.run(check, tests, signal)
      return ran.kind === 'refused' ? failed(ran.message) : { text: ran.runs.map(told).join('\n\n') }
    },
  })
}

/** The exit code first: everything after it is read in its light. */
function told(ran: CheckRun): string {
  const end = ran.timedOut ? 'timed out' : ran.exitCode === null ? 'killed' : `exit ${ran.exitCode}`
  return ran.output ? `${end}: ${ran.line}\n${ran.output}` : `${end}: ${ran.line}`
}
