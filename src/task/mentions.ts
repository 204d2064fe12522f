// Names of files and of code that a text mentions. Reading only: whether they exist is asked elsewhere.

/** Files that are called by name although they have no extension or folder. */
const knownNames = /^(codeowners|makefile|dockerfile|jenkinsfile|\.env(\.[\w-]+)*|\.npmrc|\.gitignore|\.cursorrules)$/i
const maxMentions = 50
/** Brackets belong to a path only where they name a segment: `app/[id]/page.tsx`. */
const token = /(?:[^\s`'"()[\]<>{}|,;*!?=]|(?<=\/)\[[\w.-]{1,60}\](?=[/.]))+/g

export interface PathMention {
  path: string
  /** Offset of its first character in the text. */
  at: number
}

/** Repository paths in the order they are first mentioned, as written, without line numbers and leading `./`. Addresses are no paths. */
export function mentionedPaths(text: string): string[] {
  return [...new Set(pathMentions(text).map(({ path }) => path))].slice(0, maxMentions)
}

/** Every mention with its place. */
export function pathMentions(text: string): PathMention[] {
  const mentions: PathMention[] = []
  for (const match of text.matchAll(token)) {
    const path = asPath(match[0])
    if (path !== undefined) mentions.push({ path, at: match.index })
  }
  return mentions
}

/** Identifiers worth searching for: in code spans, or written as only code is (`fooBar`, `foo_bar`, `Foo.bar`, `foo()`). */
export function mentionedIdentifiers(text: string): string[] {
  const found = new Set<string>()
  for (const [, span] of text.matchAll(/`([^`\n]{2,80})`/g)) {
    if (span !== undefined && /^[\w$.#:]+(\(.*\))?$/.test(span)) found.add(span.replace(/\(.*\)$/, ''))
  }
  const shaped =
    /\b(?:[a-z$_][\w$]*[A-Z][\w$]*|[A-Z][a-z0-9]+[A-Z][\w$]*|[A-Za-z][\w$]*_[\w$]+)\b|\b[A-Za-z_$][\w$]*(?=\(\))/g
  for (const [name] of text.matchAll(shaped)) found.add(name)
  return [...found]
    .filter((name) => asPath(name) === undefined && !isValue(name) && name.length <= 80)
    .slice(0, maxMentions)
}

/** A value of a language and no name: `1.5`, `-3`, `0xff`, `true`. */
export function isValue(term: string): boolean {
  return (
    /^[-+]?(\d[\d._]*(e[-+]?\d+)?|0x[\da-f_]+)n?$/i.test(term) ||
    /^(true|false|null|undefined|none|nil|nan)$/i.test(term)
  )
}

function asPath(token: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(token) || token.includes('@') || token.length > 300) return undefined
  const path = token
    .replace(/[.:]+$/, '')
    .replace(/(:\d+)+(-\d+)?$|#L\d+.*$/, '')
    .replace(/^(\.\/)+/, '')
  if (path === '' || path.startsWith('/') || path.includes('//') || path.split('/').includes('..')) return undefined
  if (knownNames.test(path)) return path
  return looksLikeFile(path) || looksLikeFolder(path) ? path : undefined
}

function looksLikeFile(path: string): boolean {
  const name = path.split('/').at(-1) ?? ''
  if (knownNames.test(name)) return true
  const [, stem, extension] = /^(.*)\.([A-Za-z][A-Za-z0-9]{0,9})$/.exec(name) ?? []
  if (stem === undefined || extension === undefined || stem === '') return path.startsWith('.') && path.includes('/')
  // `e.g.`, `Node.js`, `foo.bar` are words or code; with a folder before them they are files.
  return (
    path.includes('/') || (commonExtensions.has(extension) && !/^(node|next|vue|express|d3|three|e|i)$/i.test(stem))
  )
}

function looksLikeFolder(path: string): boolean {
  return /^[\w.@-]+(\/[\w.@-]+)*\/$/.test(path) && !/^(and|or|he|she|his|yes)\//i.test(path)
}

const commonExtensions = new Set(
  'ts tsx js jsx mjs cjs mts cts py pyi rb go rs java kt kts c h cc cpp hpp cs php swift scala sh sql md mdx rst txt json yaml yml toml ini cfg html css scss vue svelte xml lock proto pem key env'.split(
    ' ',
  ),
)
