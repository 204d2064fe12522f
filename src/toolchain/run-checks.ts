import { randomUUID } from 'node:crypto'
import { Fault } from '../errors.ts'
import type { CommandResult, SandboxSession } from '../sandbox/sandbox.ts'
import type { Places } from './clean-output.ts'
import { type Instrumented, instrument, inToolPath } from './instrument.ts'
import { fileFormats, readReport } from './read-report.ts'
import { readReportFile, removeReportFolder } from './report-folder.ts'
import type { CheckCommand, CheckResult } from './toolchain.ts'

export interface RunChecksOptions {
  session: SandboxSession
  checks: CheckCommand[]
  /** Absolute path outside the sandbox of what is HOME inside. */
  home: string
  /** Keeps the whole log of a check as an artifact. */
  logs: (name: string, text: string) => Promise<void>
  /** Begin of the artifacts' names, such as `baseline`; default `checks`. */
  label?: string
  /** UTF-8 bytes of each summary at most; default 8 KiB. */
  summaryBytes?: number
  signal?: AbortSignal
}

/** Runs the checks one after another, in their order, and says what each said. Throws `cancelled` when the signal fires, and what the sandbox throws. */
export async function runChecks(options: RunChecksOptions): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for (const check of options.checks) results.push(await runCheck(check, options))
  return results
}

async function runCheck(check: CheckCommand, options: RunChecksOptions): Promise<CheckResult> {
  const folder = `.draftsmith-report-${randomUUID()}`
  const log = `${options.label ?? 'checks'}/${check.id.replace(/[^A-Za-z0-9._-]+/g, '-')}.log`
  try {
    const result = await runReported(check, folder, options)
    await options.logs(log, `$ ${check.line}\n${result.output}`)
    const report = fileFormats.has(check.report) ? await readReportFile(options.home, folder, 'report') : undefined
    const places = await readPlaces(check, folder, options.home)
    return readReport(check, result, { report, places, summaryBytes: options.summaryBytes, log })
  } finally {
    await removeReportFolder(options.home, folder)
  }
}

async function runReported(check: CheckCommand, folder: string, options: RunChecksOptions): Promise<CommandResult> {
  const result = await run(check, instrument(check, folder), options)
  // Before 18.15, Node refuses to start with an unknown option in NODE_OPTIONS.
  if (check.report !== 'node-events' || !/is not allowed in NODE_OPTIONS/.test(result.output)) return result
  return run(check, { line: inToolPath(check.line, check.cwd), env: { ...check.env } }, options)
}

async function run(check: CheckCommand, program: Instrumented, options: RunChecksOptions): Promise<CommandResult> {
  const { session, signal } = options
  if (signal?.aborted) throw cancelled()
  const result = await session.run({ ...program, cwd: check.cwd, ...(signal === undefined ? {} : { signal }) })
  if (signal?.aborted) throw cancelled()
  return result
}

function cancelled(): Fault {
  return new Fault('cancelled', 'checks_cancelled', 'The checks were stopped.')
}

/** What the command saw as its work tree and HOME. It ran in `cwd`, which is taken off. */
async function readPlaces(check: CheckCommand, folder: string, home: string): Promise<Places> {
  const [cwd = '', inside = ''] = ((await readReportFile(home, folder, 'places')) ?? '').split('\n')
  const root = check.cwd !== '.' && cwd.endsWith(`/${check.cwd}`) ? cwd.slice(0, -check.cwd.length - 1) : cwd
  return { root, home: inside, cwd: check.cwd }
}
