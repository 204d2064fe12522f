import { type Places, repositoryPath } from '../clean-output.ts'
import type { Frame } from '../failure-detail.ts'
import { withArguments } from '../shell-words.ts'
import type { ReportReader, TestCase } from '../toolchain.ts'
import { toldFailure } from './told-failure.ts'
import { readXmlCases, type XmlCase } from './xml-cases.ts'

/** PHPUnit and what is built on it; through composer the arguments go behind `--`. */
export const phpunitReader: ReportReader = {
  ask: ({ line }, report) => ({
    line: withArguments(line, `${/^composer\s/.test(line) ? '-- ' : ''}--log-junit ${report}`),
  }),
  read: (text, places) => readXmlCases(text).map((one) => toCase(one, places)),
}

function toCase(one: XmlCase, places: Places): TestCase {
  const { file: absolute, class: group = '', name = '', line } = one.attributes
  const file = absolute === undefined ? undefined : repositoryPath(absolute, places)
  return {
    // A namespace is told by the file already.
    name: [file ?? '', group.slice(group.lastIndexOf('\\') + 1), name].filter((part) => part !== '').join(' > '),
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line: Number(line) }),
    status: one.status,
    ...(one.status === 'failed' ? { detail: detailOf(one, places) } : {}),
  }
}

/** The text begins with the test's name; its frames stand at its end, each a path with a line. */
function detailOf({ text }: XmlCase, places: Places): string {
  const frames: Frame[] = []
  const message: string[] = []
  for (const line of text.split('\n').slice(1)) {
    const match = /^(\/.+\.php):(\d+)$/.exec(line.trim())
    if (match === null) message.push(line)
    else if (!/\/vendor\//.test(line)) frames.push({ symbol: '', path: match[1] ?? '', line: Number(match[2]) })
  }
  return toldFailure(message.join('\n').trim(), frames, places)
}
