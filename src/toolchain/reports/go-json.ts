// `go test -json`: one JSON object a line, and between them, before Go 1.24, what the compiler said as plain text.
import { posix } from 'node:path'
import { z } from 'zod'
import { type Places, repositoryPath } from '../clean-output.ts'
import { failureDetail } from '../failure-detail.ts'
import type { ReportReader, TestCase } from '../toolchain.ts'

/** Package and folder of each module go first: events name packages, and files without their folders. */
const modules = `go list -m -f '{"Action":"module","Package":"{{.Path}}","Output":"{{.Dir}}"}'`

export const goReader: ReportReader = {
  ask: ({ line }, report) => ({
    setup: [`${modules} > ${report} 2>/dev/null`],
    line: `${line.replace(/\bgo test\b/, 'go test -json')} >> ${report} 2>&1`,
  }),
  read: (text, places) => readGoEvents(text, places),
  log: (report) =>
    readLines(report)
      .map(({ event, text }) => (event === undefined ? `${text}\n` : event.Action === 'module' ? '' : event.Output))
      .join(''),
}

const goEvent = z.object({
  Action: z.string(),
  Package: z.string().default(''),
  ImportPath: z.string().optional(),
  Test: z.string().optional(),
  Output: z.string().default(''),
})
type GoEvent = z.infer<typeof goEvent>

interface Line {
  event?: GoEvent
  text: string
}

function readLines(report: string): Line[] {
  return report.split('\n').flatMap((text): Line[] => {
    if (text === '') return []
    const event = text.startsWith('{') ? goEvent.safeParse(parseJson(text)).data : undefined
    return [event === undefined ? { text } : { event, text: event.Output.replace(/\n$/, '') }]
  })
}

/** A line that the end of a process has cut in half is no event. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

interface GoRun {
  test?: string
  /** Undefined while it runs; it stays so where the process ended in the middle. */
  status?: TestCase['status']
  output: string[]
}

/** A package with its tests in the order in which they began. */
interface GoPackage extends GoRun {
  path: string
  folder: string | undefined
  tests: Map<string, GoRun>
}

function readGoEvents(report: string, places: Places): TestCase[] | undefined {
  const lines = readLines(report)
  const folders = lines.flatMap(({ event }) =>
    event?.Action === 'module'
      ? [{ module: event.Package, folder: repositoryPath(event.Output, atRoot(places)) ?? '.' }]
      : [],
  )
  const packages = new Map<string, GoPackage>()
  for (const { event } of lines) {
    if (event === undefined || event.Package === '' || event.Action === 'module') continue
    const known = packages.get(event.Package)
    const one = known ?? { path: event.Package, folder: folderOf(event.Package, folders), output: [], tests: new Map() }
    packages.set(event.Package, one)
    record(event, one)
  }
  const builds = readBuilds(lines, places)
  for (const { path } of builds) packages.delete(path)
  if (packages.size === 0 && builds.length === 0) return undefined
  return [...builds.map(({ test }) => test), ...[...packages.values()].flatMap((one) => casesOf(one, places))]
}

/** Folders of modules are absolute; one that is the root itself is no path below it. */
function atRoot(places: Places): Places {
  return { ...places, cwd: '.' }
}

function folderOf(path: string, modules: { module: string; folder: string }[]): string | undefined {
  const found = modules
    .filter(({ module }) => path === module || path.startsWith(`${module}/`))
    .sort((a, b) => b.module.length - a.module.length)[0]
  return found === undefined ? undefined : posix.join(found.folder, path.slice(found.module.length + 1))
}

const statusOf: Record<string, TestCase['status']> = { pass: 'passed', fail: 'failed', skip: 'skipped' }

function record({ Action, Test, Output }: GoEvent, one: GoPackage): void {
  const run = Test === undefined ? one : (one.tests.get(Test) ?? { test: Test, output: [] })
  if (Test !== undefined) one.tests.set(Test, run)
  const status = statusOf[Action]
  if (status !== undefined) run.status = status
  if (Action === 'output') run.output.push(Output.replace(/\n$/, ''))
}

/** A test with subtests counts for itself only when it failed and none of them did. */
function casesOf(one: GoPackage, places: Places): TestCase[] {
  const runs = [...one.tests.values()]
  const counting = runs.filter((run) => {
    const children = runs.filter(({ test }) => test?.startsWith(`${run.test}/`))
    return children.length === 0 || (hasFailed(run) && !children.some(hasFailed))
  })
  const explained = one.status !== 'failed' || counting.some(hasFailed)
  return [...counting.map((run) => toCase(run, one, places)), ...(explained ? [] : [toCase(one, one, places)])]
}

function hasFailed({ status }: GoRun): boolean {
  return status === undefined || status === 'failed'
}

function toCase(run: GoRun, { path, folder }: GoPackage, places: Places): TestCase {
  const names = [path, ...(run.test?.split('/') ?? ['the package as a whole'])]
  const failed = hasFailed(run)
  const told = run.output.map((line) => inFolder(line, folder))
  const why = run.status === undefined ? ['The process ended before this test did.'] : []
  const name = names.join(' > ')
  if (!failed) return { name, status: run.status ?? 'failed' }
  const detail = failureDetail([...why, ...withFrames(told)].join('\n'), { ...places, cwd: '.' })
  return { name, ...placeOf(detail), status: 'failed', detail }
}

/** `sums_test.go:16: got 0` names the file alone. */
function inFolder(line: string, folder: string | undefined): string {
  if (folder === undefined) return line
  return line.replace(
    /^(\s*)([\w.-]+\.go:\d+: )/,
    (_, indent: string, place: string) => indent + posix.join(folder, place),
  )
}

function placeOf(detail: string): { file?: string; line?: number } {
  const match = /([^\s:()]+_test\.go):(\d+)/.exec(detail)
  return match?.[1] === undefined ? {} : { file: match[1], line: Number(match[2]) }
}

/** Without what only counts, and a goroutine's stack in the shape that frames are read in. */
function withFrames(lines: string[]): string[] {
  return lines.flatMap((line, index) => {
    if (/^\s*(===|---) |^goroutine \d+ |^created by |^(FAIL|PASS|exit status \d+)(\s|$)/.test(line)) return []
    if (isFrame(lines[index + 1])) return []
    const file = /^\t(\/.+\.go):(\d+)( \+0x|$)/.exec(line)
    return file === null
      ? [line.replace(/^ {4}/, '')]
      : [`    at ${symbolOf(lines[index - 1])} (${file[1]}:${file[2]})`]
  })
}

function isFrame(line: string | undefined): boolean {
  return line !== undefined && /^\t\/.+\.go:\d+( \+0x|$)/.test(line)
}

/** `example.com/sums.(*Total).Add(0x1, …)` is `(*Total).Add`. */
function symbolOf(call: string | undefined): string {
  return (call ?? '')
    .replace(/\([^()]*\)$/, '')
    .replace(/^.*\//, '')
    .replace(/^[\w-]+\./, '')
}

interface FailedBuild {
  path: string
  test: TestCase
}

/** Packages whose tests were not built, with what the compiler said: their own block of it, or all of it. */
function readBuilds(lines: Line[], places: Places): FailedBuild[] {
  const blocks = new Map<string, string[]>()
  const failed = new Set<string>()
  let block = ''
  for (const { event, text } of lines) {
    const fails = /^FAIL\t(\S+) \[(?:build|setup) failed\]/.exec(text)?.[1]
    if (fails !== undefined) failed.add(fails)
    if (fails !== undefined || (event !== undefined && event.Action !== 'build-output')) continue
    const header = /^# (\S+)/.exec(text)?.[1]
    block = header ?? event?.ImportPath?.replace(/ .*/, '') ?? block
    blocks.set(block, [...(blocks.get(block) ?? []), ...(header === undefined ? [text] : [])])
  }
  const own = [...failed].filter((path) => blocks.has(path))
  const all = [...blocks.values()].flat()
  return [...failed].map((path, index) => {
    const told = blocks.get(path) ?? (own.length === 0 && index === 0 ? all : ['What it imports does not build.'])
    return { path, test: failedBuild(path, told, places) }
  })
}

function failedBuild(path: string, told: string[], places: Places): TestCase {
  const lines = told.map((line) =>
    line.replace(/^vet: /, '').replace(/^[^\s:]+\.go(?=:\d+)/, (file) => repositoryPath(file, places) ?? file),
  )
  const place = /^([^\s:]+\.go):(\d+)/.exec(lines.find((line) => /^[^\s:]+\.go:\d+/.test(line)) ?? '')
  return {
    name: `${path} > does not build`,
    ...(place?.[1] === undefined ? {} : { file: place[1], line: Number(place[2]) }),
    status: 'failed',
    detail: failureDetail(lines.join('\n'), places),
  }
}
