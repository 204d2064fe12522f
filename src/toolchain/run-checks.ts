import { randomUUID } from 'node:crypto'
import { Fault } from '../errors.ts'
import type { CommandResult, SandboxSession } from '../sandbox/sandbox.ts'
import type { Places } from './clean-output.ts'
import { type Instrumented, instrument } from './instrument.ts'
import { readFileInside } from './read-inside.ts'
import { readReport } from './read-report.ts'
import { removeReportFolder } from './report-folder.ts'
import { readerOf } from './report-readers.ts'
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

/**
 * What failed without a word of its tests is run once more as it is, and judged by its exit code: what asks for a report may
 * be what failed, where a suite reads the arguments of its own process, or a runner is too old for an option.
 */
async function runCheck(check: CheckCommand, options: RunChecksOptions): Promise<CheckResult> {
  const reported = await runReported(check, options)
  const silent = reported.tests === undefined && !reported.passed && !reported.timedOut
  return silent && check.report !== 'text' ? runReported({ ...check, report: 'text' }, options) : reported
}

async function runReported(check: CheckCommand, options: RunChecksOptions): Promise<CheckResult> {
  const folder = `.draftsmith-report-${randomUUID()}`
  const log = `${options.label ?? 'checks'}/${check.id.replace(/[^A-Za-z0-9._-]+/g, '-')}.log`
  try {
    const result = await run(check, instrument(check, folder), options)
    const reader = readerOf(check.report)
    const report = reader === undefined ? undefined : await readFileInside(options.home, folder, 'report')
    const output = result.output + ((report && reader?.log?.(report)) ?? '')
    await options.logs(log, `$ ${check.line}\n${output}`)
    const places = await readPlaces(check, folder, options.home)
    return readReport(check, { ...result, output }, { report, places, summaryBytes: options.summaryBytes, log })
  } finally {
    await removeReportFolder(options.home, folder)
  }
}

async function run(check: CheckCommand, program: Instrumented, options: RunChecksOptions): Promise<CommandResult> {
  const { session, signal } = options
  if (signal?.aborted) throw cancelled()
  const result = await session.run({ ...program, cwd: check.cwd, ...(signal === undefined ? {} : { signal }) })
  // Also when the place was closed under it: what was stopped has shown nothing.
  if (signal?.aborted || result.limit === 'cancelled') throw cancelled()
  return result
}

function cancelled(): Fault {
  return new Fault('cancelled', 'checks_cancelled', 'The checks were stopped.')
}

/** What the command saw as its work tree and HOME. It ran in `cwd`, which is taken off. */
async function readPlaces(check: CheckCommand, folder: string, home: string): Promise<Places> {
  const [cwd = '', inside = ''] = ((await readFileInside(home, folder, 'places')) ?? '').split('\n')
  const root = check.cwd !== '.' && cwd.endsWith(`/${check.cwd}`) ? cwd.slice(0, -check.cwd.length - 1) : cwd
  return { root, home: inside, cwd: check.cwd }
}
