import { z } from 'zod'
import { type Places, repositoryPath } from '../clean-output.ts'
import { failureDetail } from '../failure-detail.ts'
import { withArguments } from '../shell-words.ts'
import type { ReportReader, TestCase } from '../toolchain.ts'

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string().optional(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          ancestorTitles: z.array(z.string()),
          title: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
          location: z.object({ line: z.number() }).nullish(),
        }),
      ),
    }),
  ),
})
type FileResult = z.infer<typeof report>['testResults'][number]

export const jestReader: ReportReader = {
  ask: ({ line }, report) => ({
    line: withArguments(line, `--json --testLocationInResults --outputFile=${report}`),
  }),
  read: readJestJson,
}

/** vitest writes its report in the shape of jest's. */
export const vitestReader: ReportReader = {
  ask: ({ line }, report) => ({
    line: withArguments(line, `--reporter=default --reporter=json --outputFile.json=${report}`),
  }),
  read: readJestJson,
}

/** A file that does not load is a failed test named by its path. */
function readJestJson(text: string, places: Places): TestCase[] {
  return report.parse(JSON.parse(text)).testResults.flatMap((result) => readFileResult(result, places))
}

function readFileResult(result: FileResult, places: Places): TestCase[] {
  const file = repositoryPath(result.name, places) ?? result.name
  if (result.assertionResults.length === 0 && result.status === 'failed') {
    return [{ name: file, file, status: 'failed', detail: failureDetail(result.message ?? '', places) }]
  }
  return result.assertionResults.map((test) => {
    const status = test.status === 'passed' || test.status === 'failed' ? test.status : 'skipped'
    const names = test.ancestorTitles.filter((title) => title !== '')
    return {
      name: [file, ...names, test.title].join(' > '),
      file,
      ...(test.location == null ? {} : { line: test.location.line }),
      status,
      ...(status === 'failed' ? { detail: failureDetail((test.failureMessages ?? []).join('\n'), places) } : {}),
    }
  })
}
