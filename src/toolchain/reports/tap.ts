import type { Places } from '../clean-output.ts'
import { failureDetail } from '../failure-detail.ts'
import { intoFile, withArguments } from '../shell-words.ts'
import type { ReportReader, TestCase } from '../toolchain.ts'

/** ava prints TAP when it is asked to. */
export const tapReader: ReportReader = {
  ask: ({ line }, report) => ({ line: intoFile(withArguments(line, '--tap'), report) }),
  read: (text, places) => (/^(TAP version|1\.\.\d)/m.test(text) ? readTap(text, places) : undefined),
  log: (report) => report,
}

interface Point {
  depth: number
  path: string[]
  test: TestCase
}

/** Reads TAP 13 or 14 out of what a runner printed; other lines are skipped. Nested points come before their parent. */
function readTap(text: string, places: Places): TestCase[] {
  const lines = text.split('\n')
  let points: Point[] = []
  for (const [index, line] of lines.entries()) {
    const match = /^(\s*)(not )?ok\b(?: \d+)?(?: -)?\s*(.*)$/.exec(line)
    if (match === null) continue
    const depth = (match[1] ?? '').length
    const { name, directive } = splitDirective(match[3] ?? '')
    const failed = match[2] !== undefined && directive === undefined
    const children = points.filter((point) => point.depth > depth)
    for (const child of children) {
      child.path.unshift(name)
      child.depth = depth
    }
    if (children.length > 0) continue
    const test: TestCase = { name, status: failed ? 'failed' : directive === undefined ? 'passed' : 'skipped' }
    if (failed) test.detail = failureDetail(diagnostic(lines, index + 1), places)
    points = [...points, { depth, path: [name], test }]
  }
  return points.map(({ path, test }) => ({ ...test, name: path.map(plainName).join(' > ') }))
}

function splitDirective(text: string): { name: string; directive?: string } {
  const match = /^(.*?)\s+# (skip|todo)\b/i.exec(text)
  return match === null
    ? { name: text.replaceAll('\\#', '#').trim() }
    : { name: (match[1] ?? '').replaceAll('\\#', '#').trim(), directive: match[2] ?? '' }
}

/** ava joins file and title by ` › `. */
function plainName(name: string): string {
  return name.replaceAll(' › ', ' > ')
}

/** The YAML block behind a failed point, without its fences and indentation. */
function diagnostic(lines: string[], from: number): string {
  const start = lines.slice(from, from + 2).findIndex((line) => line.trim() === '---')
  if (start < 0) return ''
  const block = lines.slice(from + start + 1)
  const end = block.findIndex((line) => line.trim() === '...')
  const body = block.slice(0, Math.max(end, 0))
  const indent = Math.min(...body.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)))
  return body.map((line) => line.slice(Number.isFinite(indent) ? indent : 0)).join('\n')
}
