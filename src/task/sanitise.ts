// Takes out of untrusted text what a reader of the rendered issue does not see, so that nobody is told anything behind their back.
import { hiddenElements } from './hidden-elements.ts'
import type { RemovedText } from './task.ts'
import { replaceOutsideCode } from './visible-code.ts'

const maxBytes = 256 * 1024
const maxLineLength = 4_000
const maxSample = 80

export interface Sanitised {
  text: string
  /** What was ignored, by kind, in the order of the rules. */
  removed: RemovedText[]
}

interface Rule {
  kind: string
  /** The text without what it finds; `take` is told every piece. */
  apply(text: string, take: (piece: string) => void): string
}

const without =
  (pattern: RegExp, substitute = ''): Rule['apply'] =>
  (text, take) =>
    text.replace(pattern, (piece) => {
      take(piece)
      return substitute
    })

/** Characters first: they may stand inside a tag to hide it from the rules after them. */
const rules: Rule[] = [
  { kind: 'text beyond 256 KiB', apply: cutTail },
  // Early, since it bounds what the rules after it can cost.
  { kind: 'over-long line', apply: longLines },
  { kind: 'tag characters', apply: without(/[\u{e0000}-\u{e007f}]+/gu) },
  { kind: 'variation selectors', apply: variationSelectors },
  {
    kind: 'bidirectional control characters',
    apply: without(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g),
  },
  { kind: 'zero-width characters', apply: zeroWidth },
  {
    kind: 'control characters',
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
    apply: without(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufff9-\ufffb]+/g),
  },
  { kind: 'HTML comment', apply: comments },
  { kind: 'hidden element', apply: hiddenElements },
  { kind: 'hidden attribute', apply: attributes },
  { kind: 'unused link definition', apply: linkDefinitions },
  { kind: 'image description', apply: without(/!\[[^\]\n]{60,}\](?=[([])/g, '![image]') },
  { kind: 'data URL', apply: without(/\bdata:[a-z0-9.+-]+\/[a-z0-9.+-]+[^\s)"'>]*/gi, '[data URL]') },
]

/** Pure and linear in the length of the text; applying it twice changes nothing. */
export function sanitise(text: string): Sanitised {
  const taken = new Map<string, RemovedText>()
  let clean = text.replace(/\r\n?/g, '\n')
  // Removing one thing can put another together: `<!-<!-- -->- … -->`.
  for (let round = 0; round < maxRounds; round += 1) {
    const before = clean
    for (const rule of rules) clean = rule.apply(clean, (piece) => count(taken, rule.kind, piece))
    if (clean === before) break
  }
  return { text: clean, removed: rules.flatMap(({ kind }) => taken.get(kind) ?? []) }
}

const maxRounds = 8

/** Invisible and unusual characters as `U+200B`, at most 80 characters. */
export function visibleSample(piece: string): string {
  const visible = [...piece.slice(0, maxSample * 2)]
    .map((character) => {
      const code = character.codePointAt(0) ?? 0
      // Tag characters mirror ASCII: show what they spell.
      if (code >= 0xe0020 && code <= 0xe007e) return String.fromCodePoint(code - 0xe0000)
      if (character === '\n') return ' '
      return /[\p{C}\p{Default_Ignorable_Code_Point}]/u.test(character) ? `U+${hex(code)} ` : character
    })
    .join('')
    .trim()
  return visible.length > maxSample ? `${[...visible].slice(0, maxSample - 1).join('')}…` : visible
}

function count(taken: Map<string, RemovedText>, kind: string, piece: string): void {
  const known = taken.get(kind)
  if (known !== undefined) known.count += 1
  else taken.set(kind, { kind, count: 1, sample: visibleSample(piece) })
}

function hex(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, '0')
}

function cutTail(text: string, take: (piece: string) => void): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  const kept = Buffer.from(text)
    .subarray(0, maxBytes)
    .toString('utf8')
    .replace(/\ufffd+$/, '')
  take(text.slice(kept.length))
  return kept
}

/** One selector after a visible character chooses an emoji's look; more of them, or one anywhere else, carry bytes. */
function variationSelectors(text: string, take: (piece: string) => void): string {
  return text.replace(
    /(^|.)?([\ufe00-\ufe0f\u{e0100}-\u{e01ef}]+)/gsu,
    (all, before: string | undefined, run: string) => {
      const ordinary = run.length === 1 && /[\ufe0e\ufe0f]/.test(run) && /[\p{Emoji}\p{So}]/u.test(before ?? '')
      if (ordinary) return all
      take(run)
      return before ?? ''
    },
  )
}

/** A joiner between two emoji, or within a script that needs it, is writing; elsewhere it hides. */
function zeroWidth(text: string, take: (piece: string) => void): string {
  const invisible = /(?:(?![\ufe0e\ufe0f])\p{Default_Ignorable_Code_Point})+/gu
  return text.replace(invisible, (run, offset: number) => {
    const joins = run === '\u200d' || run === '\u200c'
    const before = text.slice(Math.max(0, offset - 2), offset)
    const after = text.slice(offset + run.length, offset + run.length + 2)
    const written =
      /(\p{Extended_Pictographic}|[\u{1f3fb}-\u{1f3ff}]|\ufe0f|[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}])$/u
    if (joins && written.test(before) && /^[\p{Extended_Pictographic}\p{L}]/u.test(after)) return run
    take(run)
    return ''
  })
}

const commentOpening = /<!--|<!\[CDATA\[|<\?/g
const commentEnds: Record<string, string> = { '<!--': '-->', '<![CDATA[': ']]>', '<?': '?>' }

/** Also one that is never closed: the page shows nothing after it. */
function comments(text: string, take: (piece: string) => void): string {
  return replaceOutsideCode(text, commentOpening, ([mark], start) => {
    const end = commentEnds[mark] ?? ''
    const at = text.indexOf(end, start + mark.length)
    const until = at < 0 ? text.length : at + end.length
    take(text.slice(start, until))
    return { by: '', until }
  })
}

/** Text in attributes shows up in no reading; addresses of links and images do, on demand. */
function attributes(text: string, take: (piece: string) => void): string {
  return replaceOutsideCode(
    text,
    /<([a-z][a-z0-9-]{0,30})\s([^<>]{1,4000})>/gi,
    ([all, tag = '', inside = ''], start) => {
      const kept = inside.match(shownAttribute) ?? []
      const rest = inside.replace(shownAttribute, '').trim()
      if (rest === '' || rest === '/') return undefined
      take(rest)
      return { by: `<${[tag, ...kept].join(' ')}>`, until: start + all.length }
    },
  )
}

const shownAttribute =
  /\b(?:(?:href|src|width|height|align|start|type)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)|(?:open|checked|disabled)(?![\w=-]))/gi

/** `[//]: # (text)` and its like: definitions that nothing refers to. */
function linkDefinitions(text: string, take: (piece: string) => void): string {
  const labels = new Map<string, number>()
  for (const [, label = ''] of text.matchAll(/\[([^[\]\n]{1,200})\]/g)) {
    labels.set(label.toLowerCase(), (labels.get(label.toLowerCase()) ?? 0) + 1)
  }
  return text.replace(/^ {0,3}\[([^[\]\n]{1,200})\]:[ \t]*\S.*$/gm, (line, label: string) => {
    if ((labels.get(label.toLowerCase()) ?? 0) > 1 || label.startsWith('^')) return line
    take(line.trim())
    return ''
  })
}

function longLines(text: string, take: (piece: string) => void): string {
  if (!text.split('\n').some((line) => line.length > maxLineLength)) return text
  return text
    .split('\n')
    .map((line) => {
      if (line.length <= maxLineLength) return line
      take(line.slice(maxLineLength - cutMark.length))
      return line.slice(0, maxLineLength - cutMark.length).replace(/[\ud800-\udbff]$/, '') + cutMark
    })
    .join('\n')
}

const cutMark = ' […]'
