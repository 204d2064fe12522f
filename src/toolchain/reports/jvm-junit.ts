// What Maven and Gradle leave: one file of JUnit's XML a test class, in each module. They name classes; where those lie
// is told by a list of the sources, which is gathered with them.
import { type Places, repositoryPath } from '../clean-output.ts'
import type { Frame } from '../failure-detail.ts'
import type { AskedCheck, CheckCommand, ReportReader, TestCase } from '../toolchain.ts'
import { toldFailure } from './told-failure.ts'
import { readXmlCases, type XmlCase } from './xml-cases.ts'

export const surefireReader: ReportReader = {
  // A module that fails must not keep those that need it from being tested: whether tests failed is told by the reports.
  ask: ({ line }, report) =>
    gathered(`${line} -Dmaven.test.failure.ignore=true -DtrimStackTrace=false`, 'target/surefire-reports', report),
  read: readJvmReports,
}

export const gradleReader: ReportReader = {
  ask: ({ line }, report) => gathered(`${line} --continue`, 'build/test-results/*', report),
  read: readJvmReports,
}

/**
 * Reports of an earlier run go first: they would be read again where a test class is gone, and without them Gradle does
 * not take its tests for done already.
 */
function gathered(line: CheckCommand['line'], folder: string, report: string): AskedCheck {
  const reports = `find . -name .git -prune -o -path '*/${folder}/TEST-*.xml' -type f`
  const sources =
    "find . -name .git -prune -o \\( -name '*.java' -o -name '*.kt' -o -name '*.groovy' \\) -type f -print"
  return {
    line: [
      `${reports} -exec rm -f {} +`,
      line,
      'status=$?',
      `{ ${sources}; ${reports} -print | LC_ALL=C sort | while read -r file; do echo "report: $file"; cat "$file"; echo; done; } > ${report}`,
      `[ $status -ne 0 ] || ! grep -qE '<(failure|error)[ >/]' ${report} || status=1`,
      'exit $status',
    ].join('\n'),
  }
}

function readJvmReports(text: string, places: Places): TestCase[] | undefined {
  const [list = '', ...parts] = text.split(/^report: (?=\S)/m)
  if (parts.length === 0) return undefined
  const sources = indexSources(list)
  return parts.flatMap((part) => {
    const [path = '', ...lines] = part.split('\n')
    const module = /^(.*?)(?:target|build)\/(?:surefire-reports|test-results)\//.exec(path)?.[1] ?? ''
    const found: Module = { folder: module, sources }
    return readXmlCases(lines.join('\n')).map((one) => toCase(one, found, places))
  })
}

/** Paths as `find` says them, by file name. */
type Sources = Map<string, string[]>

interface Module {
  /** As `find` says it, with a slash at its end: `./core/`. */
  folder: string
  sources: Sources
}

function indexSources(list: string): Sources {
  const sources: Sources = new Map()
  for (const path of list.split('\n').filter((line) => line !== '')) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    sources.set(name, [...(sources.get(name) ?? []), path])
  }
  return sources
}

function toCase(one: XmlCase, module: Module, places: Places): TestCase {
  const { classname = '', name = '' } = one.attributes
  const [outer = '', ...nested] = classname.split('$')
  const found = sourceOfClass(outer, module)
  const file = found === undefined ? undefined : repositoryPath(found, places)
  const frames = readFrames(one.text, module)
  const place = frames.findLast(({ path }) => path === found)
  // A class that fails before its first test is a case without a name, or one named by the class.
  const own = name === '' || name === classname ? [] : [name.replace(/\(\)$/, '')]
  return {
    name: [file ?? outer, ...nested, ...own].join(' > '),
    ...(file === undefined ? {} : { file }),
    ...(place === undefined ? {} : { line: place.line }),
    status: one.status,
    ...(one.status === 'failed' ? { detail: toldFailure(messageOf(one), frames, places) } : {}),
  }
}

function sourceOfClass(name: string, module: Module): string | undefined {
  const path = name.replaceAll('.', '/')
  for (const extension of ['java', 'kt', 'groovy']) {
    const found = sourceAt(`${path}.${extension}`, module)
    if (found !== undefined) return found
  }
  return undefined
}

/** By the folder of the package; of Kotlin, whose files need not lie there, by the name where it is the only one. */
function sourceAt(path: string, { folder, sources }: Module): string | undefined {
  const named = sources.get(path.slice(path.lastIndexOf('/') + 1)) ?? []
  const exact = named.filter((one) => one.endsWith(`/${path}`))
  const loose = exact.length === 0 && path.endsWith('.kt') && named.length === 1 ? named : exact
  return loose.find((one) => one.startsWith(folder)) ?? loose[0]
}

/** Frames whose file is one of the repository: `	at shop.Money.add(Money.java:2)`. */
function readFrames(trace: string, module: Module): Frame[] {
  return trace.split('\n').flatMap((line) => {
    const match = /^\s+at (?:[\w.@-]+\/)*([\w.$<>-]+)\(([\w$-]+\.(?:java|kt|groovy)):(\d+)\)$/.exec(line.trimEnd())
    if (match === null) return []
    const [, method = '', file = '', number] = match
    const names = method.split('.')
    const path = sourceAt([...names.slice(0, -2), file].join('/'), module)
    return path === undefined ? [] : [{ symbol: names.slice(-2).join('.'), path, line: Number(number) }]
  })
}

/** The trace without its frames: the exception with its message, and what it was caused by. */
function messageOf({ message, text }: XmlCase): string {
  const lines = text.split('\n').filter((line) => !/^\s+(at |\.\.\. \d+ (more|common))/.test(line))
  const told = lines.join('\n').trim()
  return told === '' ? message : told
}
