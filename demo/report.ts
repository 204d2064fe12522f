// What a maintainer would read, and the table at the end.
import { counted, dollars, thousands } from '../src/render/figures.ts'
import { readable } from './readable.ts'
import type { DemoResult, PullRequestResult, ScenarioResult } from './result.ts'

const width = 100

/** The first pull request and the first decline whole, the others in a few lines, and whatever was not expected. */
export function renderReading({ scenarios }: DemoResult): string {
  const whole = new Set(['pull_request', 'declined'].map((kind) => scenarios.find(({ outcome }) => outcome === kind)))
  return scenarios
    .filter(({ outcome }) => outcome !== 'skipped')
    .map((result) =>
      [title(result), ...(whole.has(result) || !result.asExpected ? inFull(result) : inShort(result))].join('\n\n'),
    )
    .join('\n\n')
}

export function renderTable({ scenarios, seconds, sandbox, model }: DemoResult): string {
  const head = ['scenario', 'outcome', 'files', 'lines', 'repairs', 'tokens', 'USD', 'seconds']
  const rows = [head, ...scenarios.map(row)]
  const widths = head.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)))
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => pad(cell, widths[column] ?? 0, column > 1))
      .join('  ')
      .trimEnd(),
  )
  const rule = widths.map((length) => '─'.repeat(length)).join('  ')
  const asExpected = scenarios.filter((each) => each.asExpected && each.outcome !== 'skipped').length
  const skipped = scenarios.filter(({ outcome }) => outcome === 'skipped').length
  return [
    lines[0],
    rule,
    ...lines.slice(1),
    '',
    `${asExpected} of ${scenarios.length - skipped} as expected${skipped > 0 ? `, ${skipped} skipped` : ''} in ${seconds.toFixed(1)} s; sandbox: ${sandbox}; model: ${model}.`,
    ...(model === 'recorded' ? ['Tokens and USD are those of the recorded replies; nothing was paid now.'] : []),
    ...scenarios.flatMap(({ slug, problems }) => problems.map((problem) => `${slug}: ${problem}`)),
  ].join('\n')
}

function row({
  slug,
  outcome,
  decline,
  pullRequest,
  repairs,
  tokens,
  usd,
  seconds,
  asExpected,
}: ScenarioResult): string[] {
  const files = pullRequest?.files ?? []
  const sum = (key: 'added' | 'deleted') => files.reduce((total, file) => total + file[key], 0)
  return [
    `${asExpected ? ' ' : '✗'} ${slug}`,
    decline === undefined ? outcome.replace('_', ' ') : `declined: ${decline}`,
    files.length > 0 ? String(files.length) : '–',
    files.length > 0 ? `+${sum('added')} −${sum('deleted')}` : '–',
    pullRequest === undefined ? '–' : String(repairs),
    thousands(tokens),
    usd === undefined ? 'unknown' : dollars(usd),
    outcome === 'skipped' || outcome === 'nothing' ? '–' : seconds.toFixed(1),
  ]
}

function title({ issue, shows }: ScenarioResult): string {
  const place = issue.url.replace(/^https?:\/\/[^/]+\/(.*)\/issues\/(\d+)$/, '$1#$2')
  const line = `━━ ${place}  ${issue.title} `
  return `${line.padEnd(width, '━')}\n   ${shows}; labelled by ${issue.labelledBy}`
}

function inFull({ statusComment, pullRequest, problems }: ScenarioResult): string[] {
  return [
    ...problems.map((problem) => `✗ ${problem}`),
    ...(statusComment === undefined ? [silence] : [part('Status comment', readable(statusComment))]),
    ...(pullRequest === undefined
      ? []
      : [
          part(`Draft pull request #${pullRequest.number}`, `${pullRequest.title}\n\n${readable(pullRequest.body)}`),
          part('Diff', diffOf(pullRequest)),
        ]),
  ]
}

function inShort({ statusComment, pullRequest, repairs }: ScenarioResult): string[] {
  if (statusComment === undefined) return [silence]
  const heading = /^### (.+)$/m.exec(statusComment)?.[1] ?? ''
  if (pullRequest === undefined)
    return [indented([heading, ...section(statusComment, '**What was found**')].join('\n'))]
  const { title: subject, files, body } = pullRequest
  return [
    indented(
      [
        heading,
        subject,
        ...(repairs > 0 ? [`${counted(repairs, 'repair')} after failing checks`] : []),
        ...files.map(({ path, added, deleted }) => `${path}  +${added} −${deleted}`),
        ...[...body.matchAll(/^- (✅ Fails without this change, passes with it: .*)$/gm)].map(([, proof]) =>
          readable(proof ?? ''),
        ),
      ].join('\n'),
    ),
  ]
}

const silence = '  Not a word: no comment, no branch, no pull request.'

function section(markdown: string, head: string): string[] {
  const lines = markdown.split('\n')
  const from = lines.indexOf(head)
  if (from < 0) return []
  const end = lines.indexOf('', from)
  return lines.slice(from + 1, end < 0 ? undefined : end).map(readable)
}

function diffOf({ files }: PullRequestResult): string {
  return files
    .map(({ path, added, deleted, patch }) => `${path}: ${counted(added, 'line')} added, ${deleted} removed\n${patch}`)
    .join('\n\n')
}

function part(name: string, text: string): string {
  return `┌ ${name}\n${text
    .split('\n')
    .map((line) => `│ ${line}`.trimEnd())
    .join('\n')}\n└`
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}

function pad(text: string, length: number, right: boolean): string {
  return right ? text.padStart(length) : text.padEnd(length)
}
