// What `cargo test` prints. libtest has a list of results in JSON on nightly only, so its lines are read, and counted against its own totals.
import { type Places, repositoryPath } from '../clean-output.ts'
import { failureDetail } from '../failure-detail.ts'
import { intoFile } from '../shell-words.ts'
import type { ReportReader, TestCase } from '../toolchain.ts'

export const cargoReader: ReportReader = {
  // Else the crates behind the first that fails are not tested, and their tests would count as gone.
  ask: ({ line }, report) => ({ line: intoFile(line.replace(/\bcargo test\b/, 'cargo test --no-fail-fast'), report) }),
  read: readCargoTest,
  log: (report) => report,
}

/** What one program of tests printed. */
interface Program {
  /** `sums src/lib.rs`, `names tests/names.rs`, `sums doc tests`. */
  name: string
  lines: string[]
}

function readCargoTest(text: string, places: Places): TestCase[] | undefined {
  const lines = text.split('\n')
  const builds = readFailedBuilds(lines, places)
  const programs = readPrograms(lines).filter((program) => program.lines.some((line) => begin.test(line)))
  if (programs.length === 0 && builds.length === 0) return undefined
  return [...builds, ...programs.flatMap((program) => readProgram(program, places))]
}

const begin = /^running (\d+) tests?$/
const ending = /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored; /

/** Older versions of cargo name the program alone: `Running target/debug/deps/sums-0123456789abcdef`. */
function readPrograms(lines: string[]): Program[] {
  const programs: Program[] = []
  for (const line of lines) {
    const unit = /^\s+Running (?:unittests )?(\S+\.rs)? ?\(?\S*?\/deps\/([^\s)]+?)-[0-9a-f]{16}(?:\.exe)?\)?$/.exec(
      line,
    )
    const doc = /^\s+Doc-tests (\S+)$/.exec(line)?.[1]
    if (unit !== null) programs.push({ name: [unit[2], unit[1]].filter(Boolean).join(' '), lines: [] })
    else if (doc !== undefined) programs.push({ name: `${doc} doc tests`, lines: [] })
    else programs.at(-1)?.lines.push(line)
  }
  return programs
}

/** Throws where what was read is not what libtest counted: a test's own output can break its line. */
function readProgram({ name, lines }: Program, places: Places): TestCase[] {
  const statuses = readStatuses(lines)
  const failures = readFailures(lines)
  const tests = [...statuses].map(([test, status]): TestCase => {
    const full = `${name} > ${withoutLine(test)}`
    return status === 'failed' ? failedTest(full, failures.get(test) ?? [], places) : { name: full, status }
  })
  const totals = lines.map((line) => ending.exec(line)).find((match) => match !== null)
  if (totals == null)
    return [
      ...tests,
      failedTest(
        `${name} > the end of its tests`,
        ['The process ended before its tests did.', ...lines.slice(-20)],
        places,
      ),
    ]
  const counted = totals.slice(1, 4).map(Number)
  const found = (['passed', 'failed', 'skipped'] as const).map(
    (one) => tests.filter(({ status }) => status === one).length,
  )
  if (counted.join() !== found.join()) throw new Error('not what libtest counted')
  return tests
}

const result = /(ok|FAILED|ignored(?:, .*)?|bench: .*)$/

/** Until the list of failures: `test tests::adds ... ok`, maybe behind or around what a test printed past libtest's capture. */
function readStatuses(lines: string[]): Map<string, TestCase['status']> {
  const statuses = new Map<string, TestCase['status']>()
  let waiting: string | undefined
  for (const line of lines) {
    if (line === 'failures:' || ending.test(line)) break
    const named = /test (\S+(?: - .+?)?) \.\.\. ?(.*)$/.exec(line)
    const name = named?.[1]?.replace(/ - should panic$/, '') ?? waiting
    const status = result.exec(named?.[2] ?? line)?.[1]
    waiting = name
    if (name === undefined || status === undefined) continue
    statuses.set(name, status === 'FAILED' ? 'failed' : status.startsWith('ignored') ? 'skipped' : 'passed')
    waiting = undefined
  }
  return statuses
}

/** `---- tests::adds stdout ----`, then what the test printed and why it failed. */
function readFailures(lines: string[]): Map<string, string[]> {
  const failures = new Map<string, string[]>()
  let current: string[] | undefined
  for (const line of lines) {
    const name = /^---- (.+) (?:stdout|stderr) ----$/.exec(line)?.[1]
    if (name !== undefined) {
      current = failures.get(name) ?? []
      failures.set(name, current)
    } else if (line === 'failures:' || ending.test(line)) current = undefined
    else current?.push(line)
  }
  return failures
}

/** A documentation's test is named by its line, which every change above it moves. */
function withoutLine(test: string): string {
  return test.replace(/ \(line \d+\)/, '')
}

function failedTest(name: string, told: string[], places: Places): TestCase {
  const panic = told
    .map((line) => /panicked at (?:'.*', )?(\S+\.rs):(\d+)(?::\d+)?:?$/.exec(line))
    .find((match) => match !== null)
  const file = panic?.[1] === undefined ? undefined : repositoryPath(panic[1], places)
  return {
    name,
    ...(file === undefined || panic == null ? {} : { file, line: Number(panic[2]) }),
    status: 'failed',
    detail: failureDetail(withFrames(told).join('\n'), places),
  }
}

/** Frames in the shape that they are read in; what differs between equal runs, or tells how to see more, goes. */
function withFrames(lines: string[]): string[] {
  return lines.flatMap((line, index) => {
    if (/^stack backtrace:$|^note: (run with|Some details are omitted)/.test(line)) return []
    if (/^\s+\d+: \S/.test(line)) return []
    const place = /^\s+at (\S+\.rs:\d+)(?::\d+)?$/.exec(line)?.[1]
    if (place !== undefined && /\{\{closure/.test(lines[index - 1] ?? '')) return []
    if (place !== undefined) return [`    at ${symbolOf(lines[index - 1])} (${place})`]
    return [line.replace(/^thread '.*?' (?:\(\d+\) )?(panicked at )/, '$1')]
  })
}

function symbolOf(line: string | undefined): string {
  const symbol = /^\s+\d+: (.+)$/.exec(line ?? '')?.[1] ?? ''
  return symbol.replace(/[()]/g, '')
}

const buildRoom = 4_000

/** Crates that the compiler gave up, the first with everything that it said of errors. */
function readFailedBuilds(lines: string[], places: Places): TestCase[] {
  const crates = lines.flatMap((line) => /^error: could not compile `([^`]+)`/.exec(line)?.[1] ?? [])
  const errors = errorBlocks(lines)
  const place = /^\s+--> (\S+?):(\d+):\d+/m.exec(errors.join('\n'))
  const file = place?.[1] === undefined ? undefined : repositoryPath(place[1], places)
  return [...new Set(crates)].map((crate, index) => ({
    name: `${crate} > does not build`,
    ...(file === undefined || index > 0 ? {} : { file, line: Number(place?.[2]) }),
    status: 'failed',
    detail:
      index === 0 ? failureDetail(errors.join('\n\n'), places, buildRoom) : 'The errors of the build are told above.',
  }))
}

/** From a line that begins with `error` to the empty line behind it; cargo's own last words left out. Each once: a crate is built for itself and for its tests. */
function errorBlocks(lines: string[]): string[] {
  const blocks: string[] = []
  let current: string[] = []
  const close = () => {
    if (current.length > 0) blocks.push(current.join('\n'))
    current = []
  }
  for (const line of lines) {
    if (/^(error|warning)/.test(line) || line.trim() === '') close()
    if (
      /^error(\[E\d+\])?: (?!could not compile|aborting|build failed)/.test(line) ||
      (current.length > 0 && line.trim() !== '')
    ) {
      current.push(line)
    }
  }
  close()
  return [...new Set(blocks)]
}
