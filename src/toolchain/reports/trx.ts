// What `dotnet test` leaves with its logger `trx`: one file a test project and target framework. Results name a test that
// is defined further below, with its class. Only tags, attributes and text are read, as of JUnit's XML.
import { type Places, repositoryPath } from '../clean-output.ts'
import type { Frame } from '../failure-detail.ts'
import type { ReportReader, TestCase } from '../toolchain.ts'
import { toldFailure, wholeRun } from './told-failure.ts'
import { decode, escapeSections, readAttributes } from './xml-cases.ts'

/**
 * With a name of ours, projects and frameworks would overwrite each other's files; with a prefix those do that end within one
 * second, before the test platform 16.9 (https://github.com/microsoft/vstest/issues/2489).
 */
export const trxReader: ReportReader = {
  ask: ({ line }, report) => ({
    line: [
      `results="$(dirname ${report})/trx"`,
      `${line} --logger trx --results-directory "$results"`,
      'status=$?',
      `find . \\( -name .git -o -name bin -o -name obj \\) -prune -o \\( -name '*.cs' -o -name '*.fs' -o -name '*.vb' \\) -type f -print > ${report}`,
      `for file in "$results"/*.trx; do [ ! -f "$file" ] || { echo "report: $file"; cat "$file"; echo; } >> ${report}; done`,
      'exit $status',
    ].join('\n'),
  }),
  read: readTrx,
}

/** In the order of assemblies, names and ends: names of the files hold the time, and results stand there by numbers that are drawn anew. */
function readTrx(text: string, places: Places): TestCase[] | undefined {
  // Before a tag only: a test may print such a line, but no tag.
  const [list = '', ...parts] = text.split(/^report: .*\n(?=\uFEFF?<)/m)
  if (parts.length === 0) return undefined
  const sources = indexSources(list)
  const runs = parts.map(readRun).sort((a, b) => compare(a.assembly, b.assembly))
  return runs.flatMap(({ results, aborted }) => [
    ...results.map((one) => toCase(one, sources, places)).sort(byNameAndEnd),
    ...aborted.map((said) => abortedRun(said, sources, places)),
  ])
}

function byNameAndEnd(a: TestCase, b: TestCase): number {
  return compare(a.name, b.name) || compare(a.status, b.status) || compare(a.detail ?? '', b.detail ?? '')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Paths as `find` says them, by the name before the first dot: `Money` of `Money.Rounding.cs`. */
type Sources = Map<string, string[]>

function indexSources(list: string): Sources {
  const sources: Sources = new Map()
  for (const path of list.split('\n').filter((line) => line !== '')) {
    const stem = stemOf(path)
    sources.set(stem, [...(sources.get(stem) ?? []), path])
  }
  return sources
}

interface Result {
  /** As people read it; of xUnit with the class before it. */
  testName: string
  /** With its namespace, classes inside of others behind `+`; undefined where the runner knows none. */
  className?: string | undefined
  /** Path of the assembly below the project's `bin`; empty when it is not told. */
  assembly: string
  outcome: string
  message: string
  trace: string
}

interface Run {
  assembly: string
  results: Result[]
  /** Why it did not come to its end: the tests that were still to run are not in the report at all. */
  aborted: string[]
}

function readRun(xml: string): Run {
  const text = escapeSections(xml)
  if (!/<\/TestRun>\s*$/.test(text)) throw new Error('the report ends early')
  const tests = readDefinitions(text)
  const results = readResults(text).flatMap(({ attributes, body }): Result[] => {
    const test = tests.get(attributes.testId ?? '')
    const outcome = attributes.outcome ?? ''
    // That a test passed which nobody has defined shows nothing; that one failed is told all the same.
    if (test === undefined && outcome === 'Passed') return []
    const { className: qualified, codeBase: assembly = '' } = test ?? {}
    // Older runners name the assembly behind the class.
    const className = qualified?.replace(/,.*$/, '')
    const { testName = '' } = attributes
    return [{ testName, className, assembly, outcome, message: told(body, 'Message'), trace: told(body, 'StackTrace') }]
  })
  return { assembly: [...tests.values()][0]?.codeBase ?? '', results, aborted: readAborts(text, results) }
}

/** Errors of the run itself. Beside failed tests they may be no more than what a framework says of those, but for the platform's own word. */
function readAborts(text: string, results: Result[]): string[] {
  const [, ...infos] = text.split(/<RunInfo\b/)
  const said = infos
    .filter((info) => /^[^>]*\boutcome="Error"/.test(info))
    .map((info) => decode(between(info, '<Text>', '</Text>')).replaceAll('\r', ''))
  const aborts = said.filter((one) => /^(The active test run was aborted|Testhost process)/.test(one))
  return aborts.length > 0 || results.some(({ outcome }) => statusOf(outcome) === 'failed') ? aborts : said
}

const quotedAttributes = `((?:[^>"']|"[^"]*"|'[^']*')*?)`

/** Attributes of each test's method, by the test's id. */
function readDefinitions(text: string): Map<string, Record<string, string>> {
  const tests = new Map<string, Record<string, string>>()
  let id: string | undefined
  for (const [, tag, attributes = ''] of text.matchAll(
    new RegExp(`<(UnitTest|TestMethod)\\b${quotedAttributes}/?>`, 'g'),
  )) {
    if (tag === 'UnitTest') id = readAttributes(attributes).id
    else if (id !== undefined) tests.set(id, readAttributes(attributes))
  }
  return tests
}

interface Element {
  attributes: Record<string, string>
  /** Up to its end, or to the first result inside of it, such as that of a row of data. */
  body: string
}

function readResults(text: string): Element[] {
  const pattern = new RegExp(`<(/?)UnitTestResult\\b${quotedAttributes}(/?)>`, 'g')
  const marks = [...text.matchAll(pattern)]
  return marks.flatMap((mark, index): Element[] => {
    const [whole, closing, attributes = '', empty] = mark
    if (closing === '/') return []
    const end = marks[index + 1]?.index
    if (empty !== '/' && end === undefined) throw new Error('the report ends inside of a test')
    return [
      { attributes: readAttributes(attributes), body: empty === '/' ? '' : text.slice(mark.index + whole.length, end) },
    ]
  })
}

/** Of the failure: what the test printed stands beside it. */
function told(body: string, name: 'Message' | 'StackTrace'): string {
  const failure = between(body, '<ErrorInfo>', '</ErrorInfo>')
  return decode(between(failure, `<${name}>`, `</${name}>`))
    .replaceAll('\r', '')
    .replace(colour, '')
}

/** XML has no place for control characters: the logger writes them out. */
const colour = /\\u001b\[[\d;]*m/gi

function between(text: string, open: string, close: string): string {
  const start = text.indexOf(open)
  const end = start < 0 ? -1 : text.indexOf(close, start)
  return end < 0 ? '' : text.slice(start + open.length, end)
}

/** Its reason, and where a process ended: the rest of its stack is the platform's. */
const linesOfAbort = 4

/** A case of its own: beside tests that fail as before, nobody would see that others did not run. */
function abortedRun(said: string, sources: Sources, places: Places): TestCase {
  const message = said.split('\n').slice(0, linesOfAbort).join('\n')
  return {
    name: wholeRun,
    status: 'failed',
    detail: toldFailure(message, readFrames(said, sources, places), places),
  }
}

function toCase(result: Result, sources: Sources, places: Places): TestCase {
  const { className, testName, message, trace, outcome } = result
  const frames = readFrames(trace, sources, places)
  const file = sourceOf(result, sources, places)
  const place = frames.findLast(({ path }) => file !== undefined && repositoryPath(path, places) === file)
  const status = statusOf(outcome)
  const own =
    className !== undefined && testName.startsWith(`${className}.`) ? testName.slice(className.length + 1) : testName
  return {
    name: [...(className?.split('+') ?? []), own].join(' > '),
    ...(file === undefined ? {} : { file }),
    ...(place === undefined ? {} : { line: place.line }),
    status,
    ...(status === 'failed' ? { detail: toldFailure(message === '' ? outcome : message, frames, places) } : {}),
  }
}

/** What is neither passed nor left out has failed: Failed, Error, Timeout, Aborted, NotRunnable, or no outcome at all. */
function statusOf(outcome: string): TestCase['status'] {
  if (outcome === 'Passed') return 'passed'
  return ['NotExecuted', 'Inconclusive', 'Pending'].includes(outcome) ? 'skipped' : 'failed'
}

/** By custom a class has a file of its name: where there is one such file, or one in the project that was tested. */
function sourceOf({ className = '', assembly }: Result, sources: Sources, places: Places): string | undefined {
  const [outer = ''] = className.split('+')
  const name = outer.slice(outer.lastIndexOf('.') + 1).replace(/`\d+$/, '')
  const named = (sources.get(name) ?? []).flatMap((path) => repositoryPath(path, places) ?? [])
  const whole = named.filter((path) => /(^|\/)[^./]+\.\w+$/.test(path))
  const candidates = whole.length === 0 ? named : whole
  if (candidates.length < 2) return candidates[0]
  const project = repositoryPath(assembly.replace(/\/bin\/.*$/, ''), places)
  const near = candidates.filter((path) => path.startsWith(`${project}/`))
  return near.length === 1 ? near[0] : undefined
}

/**
 * `   at Shop.Tests.MoneyTests.Adds(Int32 a) in /srv/tests/MoneyTests.cs:line 12`. Builds that tell no paths say `/_/` for their
 * repository's root: of ours, where there is such a file, or of a framework's.
 */
function readFrames(trace: string, sources: Sources, places: Places): Frame[] {
  return trace.split('\n').flatMap((line) => {
    const match = /^\s+at (\S.*?) in (\/.+):line (\d+)\s*$/.exec(line)
    if (match === null) return []
    const [, method = '', told = '', number] = match
    const path = told.replace(/^\/_\//, `${places.root}/`)
    if (path !== told && !isSource(path, sources, places)) return []
    const symbol = method.replace(/\(.*$/, '').split('.').slice(-2).join('.')
    return [{ symbol, path, line: Number(number) }]
  })
}

function isSource(path: string, sources: Sources, places: Places): boolean {
  const own = repositoryPath(path, places)
  return (sources.get(stemOf(path)) ?? []).some((one) => repositoryPath(one, places) === own)
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).split('.')[0] ?? ''
}
