// Words of a model or of an issue inside our own Markdown: they may inform, but not notify people, close issues, draw images, link out or hide.
import { sanitise } from '../task/sanitise.ts'

const defaultLength = 4_000

/** Several lines of Markdown in which lists, emphasis and code survive, and nothing else does. Headings become text, so that no section can be forged. */
export function neutralise(text: string, maxLength: number = defaultLength): string {
  const parts: string[] = []
  for (const part of splitFences(cut(sanitise(text).text.trim(), maxLength))) {
    if (part.kind === 'code') parts.push(codeBlock(part.text, part.language))
    else parts.push(part.text.split('\n').map(neutraliseLine).join('\n'))
  }
  return parts.join('\n').trim()
}

/** One line that fits into a sentence, a list item or a table cell; only code spans keep their meaning. */
export function inline(text: string, maxLength: number = 300): string {
  const line = cut(sanitise(text).text.replace(/\s+/g, ' ').trim(), maxLength)
  return mapProse(line, escapeInline)
    .replace(/^(\d+)([.)])/, '$1\\$2')
    .replace(/^([-+=#])/, '\\$1')
}

/** Plain text for titles and commit messages, where Markdown means nothing but mentions and closing keywords do. */
export function plain(text: string, maxLength: number = 300): string {
  const line = sanitise(text).text.replace(/[`*]/g, '').replace(/\s+/g, ' ').trim()
  const calm = line
    .replace(/\bGH-(\d+)/gi, 'issue $1')
    .replace(/https?:\/\/[^\s/]+\/([\w.-]+\/[\w.-]+)\/(?:issues|pull)\/(\d+)\S*/gi, '$1 number $2')
    .replace(/([\w.-]+\/[\w.-]+)?#(\d+)/g, (_, repository: string | undefined, number: string) =>
      repository === undefined ? `issue ${number}` : `${repository} number ${number}`,
    )
    .replace(/(^|[^A-Za-z0-9])@(?=[A-Za-z0-9])/g, '$1@ ')
    .replace(/\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/gi, '($1)')
  return cut(calm, maxLength)
}

/** Code in a line, whatever backticks it holds. Not for table cells, see `codeCell`. */
export function codeSpan(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  if (line === '') return ''
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length))
  const marks = '`'.repeat(longest + 1)
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : ''
  return `${marks}${pad}${line}${pad}${marks}`
}

/** Code in a cell of a table, where a bar ends the cell even within code. */
export function codeCell(text: string): string {
  return codeSpan(text).replaceAll('|', '\\|')
}

/** A fenced block that its content cannot end. */
export function codeBlock(text: string, language: string = ''): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const marks = '`'.repeat(longest + 1)
  return `${marks}${safeLanguages.has(language) ? language : ''}\n${text.replace(/\n$/, '')}\n${marks}`
}

/** GitHub draws diagrams and maps from other languages. */
const safeLanguages = new Set(
  'bash c cpp cs css diff go html java js json jsx kotlin md php py python rb ruby rust sh sql swift text toml ts tsx typescript javascript xml yaml yml'.split(
    ' ',
  ),
)

function neutraliseLine(line: string): string {
  const bare = line.trimEnd()
  // Headings, rules, quotes, tables, footnotes and indented code are structure: ours alone.
  const indent = /^ */.exec(bare)?.[0].slice(0, 4) ?? ''
  const [, bullet = '', rest = ''] = /^([-*+] |\d{1,3}[.)] )?(.*)$/s.exec(bare.trimStart()) ?? []
  const words = mapProse(rest, escapeBlock).replace(/^(#|=|-+\s*$|-{2,}|\+)/, '\\$1')
  return `${bullet === '' ? '' : indent}${bullet}${words}`
}

type Calm = (prose: string) => string

/** Code spans are written anew, prose is defused; a backtick without its partner loses its meaning. */
function mapProse(line: string, calm: Calm): string {
  const span = /(?<![`\\])(`+)(?!`)(.*?[^`])\1(?!`)/g
  let result = ''
  let from = 0
  for (const match of line.matchAll(span)) {
    result = joined(joined(result, defuse(line.slice(from, match.index), calm)), codeSpan(match[2] ?? ''))
    from = match.index + match[0].length
  }
  return joined(result, defuse(line.slice(from), calm))
}

/** What would act on GitHub. As code it shows the same words and does nothing. */
const acting =
  /!\[([^\]]*)\]\([^)]*\)|(?:https?|ftp):\/\/[^\s<>()`]+|(?<![A-Za-z])www\.[^\s<>()`]+|[\w.+-]+@[\w-]+\.[\w.-]+|@[A-Za-z0-9][\w-]*(?:\/[\w.-]+)?|[\w.-]+\/[\w.-]+#\d+|#\d+|(?<![A-Za-z])GH-\d+|\/draftsmith\b(?!\.yml\b)/gi

function defuse(prose: string, calm: Calm): string {
  let result = ''
  let from = 0
  for (const match of prose.matchAll(acting)) {
    const shown = match[0].startsWith('![') ? calm(`(image: ${match[1] ?? ''})`) : codeSpan(match[0])
    result = joined(joined(result, calm(prose.slice(from, match.index))), shown)
    from = match.index + match[0].length
  }
  return joined(result, calm(prose.slice(from)))
}

/** Two code spans without anything between them would read their backticks as one run. */
function joined(before: string, after: string): string {
  return before.endsWith('`') && after.startsWith('`') ? `${before} ${after}` : before + after
}

function escapeBlock(text: string): string {
  return text.replace(/[\\[\]<>`|$]/g, '\\$&').replace(/&(?=#?\w+;)/g, '&amp;')
}

function escapeInline(text: string): string {
  return escapeBlock(text).replace(/[*_~]/g, '\\$&')
}

type Part = { kind: 'prose'; text: string } | { kind: 'code'; text: string; language: string }

function splitFences(text: string): Part[] {
  const parts: Part[] = []
  let lines: string[] = []
  let fence: { marks: string; language: string } | undefined
  const flush = () => {
    if (fence !== undefined) parts.push({ kind: 'code', text: lines.join('\n'), language: fence.language })
    else if (lines.length > 0) parts.push({ kind: 'prose', text: lines.join('\n') })
    lines = []
  }
  for (const line of text.split('\n')) {
    const [, marks, info = ''] = /^ {0,3}(`{3,}|~{3,})([^`]*)$/.exec(line) ?? []
    if (fence === undefined && marks !== undefined) {
      flush()
      fence = { marks, language: info.trim().toLowerCase() }
    } else if (fence !== undefined && marks?.startsWith(fence.marks) && info.trim() === '') {
      flush()
      fence = undefined
    } else lines.push(line)
  }
  flush()
  return parts
}

function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`
}
