// Patterns as .gitignore writes them, for the files that use them: CODEOWNERS and .gitattributes.

export interface PatternDialect {
  /** Whether a pattern that names a folder holds for everything in it. */
  folders: boolean
}

/**
 * True when the path, or with `folders` one of its folders, is what the pattern means. Case counts. Without a slash in
 * front or in the middle it holds at any depth. A last `*` holds for files of that very folder only, as GitHub reads it.
 * Negation and `[ ]` are not part of either file's patterns: such a pattern matches nothing.
 */
export function matchesGitPattern(pattern: string, path: string, { folders }: PatternDialect): boolean {
  return expressionOf(pattern, folders)?.test(path) ?? false
}

function expressionOf(pattern: string, folders: boolean): RegExp | undefined {
  if (pattern === '' || /^!|[[\]]/.test(pattern)) return undefined
  const onlyFolder = pattern.endsWith('/')
  const plain = pattern.replace(/^\//, '').replace(/\/$/, '')
  if (plain === '') return undefined
  const segments = plain.split('/')
  const anywhere = !pattern.startsWith('/') && segments.length === 1
  const lastIsStar = segments.length > 1 && segments.at(-1) === '*'
  const below = onlyFolder ? '/.+' : folders && !lastIsStar ? '(?:/.+)?' : ''
  return new RegExp(`^${anywhere ? '(?:.*/)?' : ''}${segments.map(segmentOf).join('')}${below}$`, 's')
}

/** Each segment with the slash in front of it; `**` stands for any number of folders. */
function segmentOf(segment: string, index: number, all: string[]): string {
  if (segment === '**') return index === 0 ? '(?:.*/)?' : index === all.length - 1 ? '/.+' : '(?:/.*)?'
  const slash = index === 0 || (index === 1 && all[0] === '**') ? '' : '/'
  return slash + segment.replace(/\\?[\s\S]/g, (sign) => signs[sign] ?? escaped(sign.slice(-1)))
}

const signs: Record<string, string> = { '*': '[^/]*', '?': '[^/]' }

function escaped(sign: string): string {
  return sign.replace(/[.+^${}()|[\]\\*?]/, '\\$&')
}
