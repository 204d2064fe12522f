import { z } from 'zod'
import { type Places, repositoryPath } from '../clean-output.ts'
import { failureDetail } from '../failure-detail.ts'
import type { TestCase } from '../toolchain.ts'

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

/** Reads what `node-reporter.ts` wrote: one JSON object a line, children before their parent. */
export function readNodeEvents(text: string, places: Places): TestCase[] {
  const open = new Map<number, Pending[]>()
  for (const line of text.split('\n')) {
    if (line === '') continue
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
