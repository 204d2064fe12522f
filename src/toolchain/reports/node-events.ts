import { z } from 'zod'
import { type Places, repositoryPath } from '../clean-output.ts'
import { failureDetail } from '../failure-detail.ts'
import type { CheckCommand, ReportReader, TestCase } from '../toolchain.ts'
import { nodeReporterSource } from './node-reporter.ts'

const sourceVariable = 'DRAFTSMITH_REPORTER'

/** `node --test` loads a reporter of ours, that is written beside its report: the built-in ones differ from Node 18 to 24. */
export const nodeReader: ReportReader = {
  ask: (check, report) => ({
    setup: [
      `printf %s "$${sourceVariable}" > ${reporterBeside(report)}; unset ${sourceVariable}`,
      `export NODE_OPTIONS="$NODE_OPTIONS ${nodeOptions(check, report)}"`,
    ],
    line: check.line,
    env: { [sourceVariable]: nodeReporterSource },
  }),
  read: readNodeEvents,
}

function reporterBeside(report: string): string {
  return report.replace(/\/[^/"]+"$/, '/reporter.mjs"')
}

/**
 * Reporters and destinations are counted over NODE_OPTIONS and the command line together and must be equally many.
 * Ours comes first; the log keeps a readable reporter on stdout, the script's own one where it names one.
 */
function nodeOptions(check: CheckCommand, report: string): string {
  const escaped = (word: string) => word.replaceAll('"', '\\"')
  const own = `--test-reporter=${escaped(reporterBeside(report))} --test-reporter-destination=${escaped(report)}`
  const script = check.script ?? check.line
  const named = /--test-reporter[= ]/.test(script)
  const placed = script.includes('--test-reporter-destination')
  if (placed) return own
  return `${own}${named ? '' : ' --test-reporter=spec'} --test-reporter-destination=stdout`
}

const event = z.object({
  type: z.enum(['test:pass', 'test:fail']),
  name: z.string(),
  nesting: z.number(),
  file: z.string().optional(),
  line: z.number().optional(),
  skip: z.boolean(),
  todo: z.boolean(),
  suite: z.boolean(),
  failureType: z.string().optional(),
  error: z.string().optional(),
  stderr: z.string().optional(),
})
type Event = z.infer<typeof event>

interface Pending {
  path: string[]
  event: Event
}

/** What `node-reporter.ts` wrote: one JSON object a line, the first one empty, children before their parent. */
function readNodeEvents(text: string, places: Places): TestCase[] {
  const open = new Map<number, Pending[]>()
  for (const line of text.split('\n')) {
    if (line === '' || line === '{}') continue
    const read = event.parse(JSON.parse(line))
    const children = open.get(read.nesting + 1) ?? []
    open.delete(read.nesting + 1)
    for (const child of children) child.path.unshift(read.name)
    const own = isGroup(read, children.length) ? [] : [{ path: [read.name], event: read }]
    open.set(read.nesting, [...(open.get(read.nesting) ?? []), ...children, ...own])
  }
  return [...open.values()].flat().map((pending) => toCase(pending, places))
}

/** A parent counts for itself only when it failed by itself, such as in a hook. */
function isGroup(read: Event, children: number): boolean {
  const failedItself = read.type === 'test:fail' && read.failureType !== 'subtestsFailed'
  return (children > 0 || read.suite) && !failedItself
}

function toCase({ path, event: read }: Pending, places: Places): TestCase {
  const file = read.file === undefined ? undefined : repositoryPath(read.file, places)
  const names = path.filter((name) => file === undefined || repositoryPath(name, places) !== file)
  const failed = read.type === 'test:fail' && !read.todo
  return {
    name: [...(file === undefined ? [] : [file]), ...names].join(' > '),
    ...(file === undefined ? {} : { file }),
    ...(read.line === undefined ? {} : { line: read.line }),
    status: read.skip || read.todo ? 'skipped' : failed ? 'failed' : 'passed',
    ...(failed ? { detail: failureDetail(failureText(read), places) } : {}),
  }
}

/** A file that does not load fails with `test failed` alone; why is on its stderr. */
function failureText(read: Event): string {
  const { error = '', stderr } = read
  return stderr !== undefined && error === 'test failed' ? stderr : error
}
