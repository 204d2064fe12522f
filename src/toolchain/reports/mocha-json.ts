import { z } from 'zod'
import { type Places, repositoryPath } from '../clean-output.ts'
import { failureDetail } from '../failure-detail.ts'
import { withArguments } from '../shell-words.ts'
import type { ReportReader, TestCase } from '../toolchain.ts'

const test = z.object({
  title: z.string(),
  fullTitle: z.string(),
  file: z.string().nullish(),
  err: z.object({ message: z.string().optional(), stack: z.string().optional() }),
})

const report = z.object({ passes: z.array(test), failures: z.array(test), pending: z.array(test) })

export const mochaReader: ReportReader = {
  ask: ({ line }, report) => ({ line: withArguments(line, `--reporter=json --reporter-option=output=${report}`) }),
  read: readMochaJson,
}

/** Describe titles and test title come as one text, so the path ends in `full title`. */
function readMochaJson(text: string, places: Places): TestCase[] {
  const { passes, failures, pending } = report.parse(JSON.parse(text))
  return [
    ...passes.map((one) => toCase(one, 'passed', places)),
    ...failures.map((one) => toCase(one, 'failed', places)),
    ...pending.map((one) => toCase(one, 'skipped', places)),
  ]
}

function toCase(one: z.infer<typeof test>, status: TestCase['status'], places: Places): TestCase {
  const file = one.file == null ? undefined : repositoryPath(one.file, places)
  const group = one.fullTitle.endsWith(one.title) ? one.fullTitle.slice(0, -one.title.length).trim() : ''
  return {
    name: [file ?? '', group, one.title].filter((part) => part !== '').join(' > '),
    ...(file === undefined ? {} : { file }),
    status,
    ...(status === 'failed' ? { detail: failureDetail(one.err.stack ?? one.err.message ?? '', places) } : {}),
  }
}
