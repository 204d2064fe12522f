// What a check said, in a few KiB: for the model, which pays for every line, and for people.
// Recorded conversations are found by this text, so it holds nothing that differs between two equal runs.
import type { CommandResult } from '../sandbox/sandbox.ts'
import { redact } from '../trace/redaction.ts'
import { cleanOutput, type Places } from './clean-output.ts'
import type { TestCase } from './toolchain.ts'

/** UTF-8 bytes, where the policy says nothing else. */
const defaultBytes = 8 * 1024

export interface SummaryInput {
  result: CommandResult
  tests?: TestCase[] | undefined
  passed: boolean
  /** Sentences about what does not fit together. */
  doubts: string[]
  places: Places
  /** UTF-8 bytes at most; default 8 KiB. */
  maxBytes?: number | undefined
}

/** Exit code and counts first, then each failed test with place, message and frames, or the lines of the log that tell of errors. */
export function summarizeCheck(input: SummaryInput): string {
  const head = [headline(input), ...input.doubts].join('\n')
  if (input.passed) return head
  const failed = (input.tests ?? []).filter((test) => test.status === 'failed').sort(byName)
  const room = (input.maxBytes ?? defaultBytes) - Buffer.byteLength(head) - 2
  const body = failed.length > 0 ? failedTests(failed, room) : tellingLines(input, room)
  return body === '' ? head : `${head}\n\n${body}`
}

function headline({ result, tests }: SummaryInput): string {
  const ending = result.timedOut
    ? 'Stopped: it took too long.'
    : result.limit !== undefined
      ? `Stopped: the limit on ${result.limit} was reached.`
      : `Exit code ${result.exitCode ?? 'unknown, ended by a signal'}.`
  return tests === undefined ? ending : `${ending} ${counts(tests)}`
}

function counts(tests: TestCase[]): string {
  const of = (status: TestCase['status']) => tests.filter((test) => test.status === status).length
  const parts = [`${of('passed')} passed`, `${of('failed')} failed`]
  if (of('skipped') > 0) parts.push(`${of('skipped')} skipped`)
  return `Tests: ${parts.join(', ')}.`
}

function byName(a: TestCase, b: TestCase): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}

function failedTests(failed: TestCase[], room: number): string {
  const blocks = failed.map(failedTest)
  const shown: string[] = []
  let left = room - 60
  for (const block of blocks) {
    left -= Buffer.byteLength(block) + 2
    if (left < 0 && shown.length > 0) break
    shown.push(left < 0 ? cutLines(block, room - 60) : block)
  }
  const missing = blocks.length - shown.length
  return [...shown, ...(missing === 0 ? [] : [`… and ${missing} more failed tests.`])].join('\n\n')
}

function failedTest(test: TestCase): string {
  const place = test.file !== undefined && test.line !== undefined ? ` (${test.file}:${test.line})` : ''
  const detail = (test.detail ?? '')
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n')
  return `FAILED ${redact(test.name)}${place}${detail.trim() === '' ? '' : `\n${detail}`}`
}

/** A log of that many lines is shown whole. */
const shortLog = 40
/** What a log ends with is shown in any case: many programs say there what they have come to. */
const lastLines = 5

const errors = /\b(error|failed|failure|fatal|exception|panicked)\b|Error\b/i
const telling = new RegExp(
  `${errors.source}|\\b(cannot|not found|missing|unexpected|undefined|warning)\\b|^\\s*\\S+:\\d+(:\\d+)?\\b`,
  'i',
)

/** Lines that tell of errors, each with the two behind it, and the end of the log; where they are too many, without mere warnings. */
function tellingLines({ result, places }: SummaryInput, room: number): string {
  const lines = cleanOutput(result.output, places).split('\n')
  const all = shownLines(lines, telling)
  return cutLines(Buffer.byteLength(all) <= room ? all : shownLines(lines, errors), room)
}

function shownLines(lines: string[], pattern: RegExp): string {
  const wanted = new Set<number>()
  for (const [index, line] of lines.entries()) {
    if (pattern.test(line)) for (const next of [index, index + 1, index + 2]) wanted.add(next)
  }
  const from = lines.length - (wanted.size === 0 ? shortLog : lastLines)
  const isShown = (index: number) => lines.length <= shortLog || index >= from || wanted.has(index)
  return lines
    .flatMap((line, index) => (isShown(index) ? [line.slice(0, 400)] : isShown(index - 1) ? ['…'] : []))
    .join('\n')
}

/** Whole lines from the start, as many as fit, with a last line that says how many are missing. */
export function cutLines(text: string, room: number): string {
  if (Buffer.byteLength(text) <= room) return text
  const lines = text.split('\n')
  const kept: string[] = []
  let left = room - 40
  for (const line of lines) {
    left -= Buffer.byteLength(line) + 1
    if (left < 0) break
    kept.push(line)
  }
  return [...kept, `… ${lines.length - kept.length} more lines.`].join('\n')
}
