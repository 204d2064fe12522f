import { z } from 'zod'
import { type Places, repositoryPath } from '../clean-output.ts'
import { withArguments } from '../shell-words.ts'
import type { ReportReader, TestCase } from '../toolchain.ts'
import { rubyFrames } from './ruby-frames.ts'
import { toldFailure } from './told-failure.ts'

export const rspecReader: ReportReader = {
  // A formatter on the command line takes the place of those that `.rspec` names; the log keeps a readable one.
  ask: ({ line }, report) => ({
    line: withArguments(line, `--format documentation --format json --out ${report}`),
  }),
  read: readRspecJson,
}

const report = z.object({
  examples: z.array(
    z.object({
      full_description: z.string(),
      status: z.enum(['passed', 'failed', 'pending']),
      file_path: z.string(),
      line_number: z.number(),
      exception: z
        .object({ class: z.string(), message: z.string(), backtrace: z.array(z.string()).nullish() })
        .nullish(),
    }),
  ),
  summary: z.object({ errors_outside_of_examples_count: z.number().default(0) }),
})
type Example = z.infer<typeof report>['examples'][number]

/** Undefined where a file did not load: then nothing is run, and only the log says why. */
function readRspecJson(text: string, places: Places): TestCase[] | undefined {
  const { examples, summary } = report.parse(JSON.parse(text))
  if (summary.errors_outside_of_examples_count > 0) return undefined
  return examples.map((example) => toCase(example, places))
}

function toCase(example: Example, places: Places): TestCase {
  const { exception, full_description: description, status } = example
  const file = repositoryPath(example.file_path, places)
  return {
    name: [...(file === undefined ? [] : [file]), description].join(' > '),
    ...(file === undefined ? {} : { file }),
    line: example.line_number,
    status: status === 'pending' ? 'skipped' : status,
    ...(status === 'failed' && exception ? { detail: detailOf(exception, places) } : {}),
  }
}

function detailOf(exception: NonNullable<Example['exception']>, places: Places): string {
  const expectation = exception.class.startsWith('RSpec::')
  const message = `${expectation ? '' : `${exception.class}: `}${exception.message.trim()}`
  return toldFailure(message, rubyFrames(exception.backtrace ?? []), places)
}
