import { z } from 'zod'
import { type Places, repositoryPath } from '../clean-output.ts'
import type { ReportReader, TestCase } from '../toolchain.ts'
import { minitestReporterSource } from './minitest-reporter.ts'
import { rubyFrames } from './ruby-frames.ts'
import { toldFailure } from './told-failure.ts'

const sourceVariable = 'DRAFTSMITH_REPORTER'

/** Minitest has no report for programs: a reporter of ours is written beside its file, and loaded by every Ruby process. */
export const minitestReader: ReportReader = {
  ask: ({ line }, report) => {
    const reporter = report.replace(/\/[^/"]+"$/, '/reporter.rb"')
    return {
      setup: [
        `printf %s "$${sourceVariable}" > ${reporter}; unset ${sourceVariable}`,
        `export RUBYOPT="-r${reporter.replaceAll('"', '')} $RUBYOPT"`,
      ],
      line,
      env: { [sourceVariable]: minitestReporterSource },
    }
  },
  read: (text, places) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => toCase(event.parse(JSON.parse(line)), places)),
}

const event = z.object({
  group: z.string().nullable(),
  name: z.string(),
  file: z.string().nullable(),
  line: z.number().nullable(),
  status: z.enum(['passed', 'failed', 'skipped']),
  failures: z.array(z.object({ message: z.string(), backtrace: z.array(z.string()) })),
})

function toCase(one: z.infer<typeof event>, places: Places): TestCase {
  const file = one.file === null ? undefined : repositoryPath(one.file, places)
  // Specs are numbered: a new one would rename those behind it.
  const name = one.name.replace(/^test_\d{4}_/, '')
  const details = one.failures.map(({ message, backtrace }) => toldFailure(message, rubyFrames(backtrace), places))
  return {
    name: [file, one.group, name].filter((part) => part != null && part !== '').join(' > '),
    ...(file === undefined ? {} : { file }),
    ...(one.line === null || file === undefined ? {} : { line: one.line }),
    status: one.status,
    ...(one.status === 'failed' ? { detail: details.join('\n') } : {}),
  }
}
