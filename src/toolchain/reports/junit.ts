// JUnit's XML as pytest and others write it. Only tags, attributes and text are read: no entity is ever defined or fetched.
import { posix } from 'node:path'
import { type Places, repositoryPath } from '../clean-output.ts'
import { failureDetail } from '../failure-detail.ts'
import { withArguments } from '../shell-words.ts'
import type { ReportReader, TestCase } from '../toolchain.ts'

/** As bun writes it. */
export const junitFileReader: ReportReader = {
  ask: ({ line }, report) => ({ line: withArguments(line, `--reporter=junit --reporter-outfile=${report}`) }),
  read: readJunit,
}

export const pytestReader: ReportReader = {
  ask: ({ line }, report) => ({
    line: withArguments(line, `--rootdir=. -o junit_family=xunit1 --junitxml=${report}`),
  }),
  read: readJunit,
}

type Attributes = Record<string, string>

/** Reads every `<testcase>`; a case with `<failure>` or `<error>` failed. Throws when the text ends inside of one. */
export function readJunit(text: string, places: Places): TestCase[] {
  const cases: TestCase[] = []
  const pattern = /<testcase\b([^>]*?)(\/>|>)/g
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const attributes = readAttributes(match[1] ?? '')
    if (match[2] === '/>') {
      cases.push(toCase(attributes, '', places))
      continue
    }
    const end = text.indexOf('</testcase>', pattern.lastIndex)
    if (end < 0) throw new Error('the report ends inside of a test')
    cases.push(toCase(attributes, text.slice(pattern.lastIndex, end), places))
    pattern.lastIndex = end
  }
  return mergeSameNames(cases)
}

function toCase(attributes: Attributes, body: string, places: Places): TestCase {
  const file = attributes.file === undefined ? undefined : repositoryPath(attributes.file, places)
  const failure = /<(failure|error)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/.exec(body)
  const status = failure !== null ? 'failed' : /<skipped\b/.test(body) ? 'skipped' : 'passed'
  const line = Number(attributes.line)
  return {
    name: caseName(attributes, file, places.cwd),
    ...(file === undefined ? {} : { file }),
    // Lines of pytest count from 0.
    ...(Number.isInteger(line) ? { line: line + 1 } : {}),
    status,
    ...(failure === null ? {} : { detail: junitDetail(readAttributes(failure[2] ?? ''), failure[3] ?? '', places) }),
  }
}

/** `tests.test_a.TestSum` in file `tests/test_a.py` leaves the class `TestSum`. Modules are named from the folder that pytest ran in. */
function caseName(attributes: Attributes, file: string | undefined, cwd: string): string {
  const { classname = '', name = '' } = attributes
  if (file === undefined) return [classname, name].filter((part) => part !== '').join(' > ')
  const module = posix
    .relative(cwd, file)
    .replace(/\.\w+$/, '')
    .replaceAll('/', '.')
  const group = classname === module ? '' : classname.replace(`${module}.`, '').replaceAll('.', ' > ')
  // A file that cannot be collected is a case named by its module.
  return [file, group, classname === '' && name === module ? '' : name].filter((part) => part !== '').join(' > ')
}

/** pytest shows source and values; what matters are the lines marked `E` and the places that end each frame. */
function junitDetail(attributes: Attributes, body: string, places: Places): string {
  const lines = decode(body).split('\n')
  const marked = lines.filter((line) => /^E\s/.test(line)).map((line) => line.replace(/^E\s{0,7}/, ''))
  const frames = lines.flatMap((line) => {
    const match = /^(\S+?\.py):(\d+): /.exec(line)
    const path = match === null ? undefined : repositoryPath(match[1] ?? '', places)
    return path === undefined ? [] : [`    at ${path}:${match?.[2]}`]
  })
  if (marked.length === 0) return failureDetail(`${attributes.message ?? ''}\n${decode(body)}`, places)
  return [failureDetail(marked.join('\n'), places), ...frames.reverse()].join('\n')
}

/** pytest writes an error of a teardown as a second case of the same name. */
function mergeSameNames(cases: TestCase[]): TestCase[] {
  const byName = new Map<string, TestCase>()
  for (const one of cases) {
    if (byName.get(one.name)?.status !== 'failed') byName.set(one.name, one)
  }
  return [...byName.values()]
}

function readAttributes(text: string): Attributes {
  const attributes: Attributes = {}
  for (const [, name, double, single] of text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    if (name !== undefined) attributes[name] = decode(double ?? single ?? '')
  }
  return attributes
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

function decode(text: string): string {
  return text
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, inner: string) => inner.replaceAll('&', '&amp;'))
    .replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex, decimal, name) => {
      if (name !== undefined) return entities[name] ?? whole
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    })
}
