// How a repository begins its subjects, told from its recent commits.

/** What stands before the words of a subject, with its separator: `fix: `, `net/http: `, `[parser] `. */
export interface TitleConvention {
  prefix(change: TitledChange): string
  /** Whether the words begin with a small letter. */
  lowercase: boolean
}

export interface TitledChange {
  /** `fix`, `feat`, … */
  type: string
  /** Files that changed, the most important first. */
  paths: string[]
}

const fewest = 3

const conventional = /^[a-z]+(?:\(([^)]+)\))?!?: (\S)/
const styles: { pattern: RegExp; write(area: string): string }[] = [
  { pattern: /^\[([\w./-]+)\]:? (\S)/, write: (area) => `[${area}] ` },
  { pattern: /^([\w.-]+(?:\/[\w.-]+)*): (\S)/, write: (area) => `${area}: ` },
]

/** Undefined where most of the subjects follow none. Reverts and merges count for nothing. */
export function titleConvention(history: string[]): TitleConvention | undefined {
  const subjects = history.filter((subject) => !/^(?:Revert|Merge)\b/.test(subject))
  return (
    conventionalOnes(subjects) ?? styles.map((style) => areaOnes(subjects, style)).find((found) => found !== undefined)
  )
}

/** https://www.conventionalcommits.org; the scope is written where most of them have one that fits. */
function conventionalOnes(subjects: string[]): TitleConvention | undefined {
  const matches = subjects.flatMap((subject) => {
    const match = conventional.exec(subject)
    return match !== null && types.has(subject.split(/[(!:]/)[0] ?? '') ? [match] : []
  })
  if (!most(matches.length, subjects.length)) return undefined
  const scopes = matches.flatMap(([, scope]) => scope ?? [])
  const scoped = scopes.length > matches.length / 2
  return {
    prefix({ type, paths }) {
      const scope = scoped ? knownArea(paths, scopes) : undefined
      return scope === undefined ? `${type}: ` : `${type}(${scope}): `
    },
    lowercase: true,
  }
}

const types = new Set([
  'feat',
  'fix',
  'docs',
  'style',
  'refactor',
  'perf',
  'test',
  'build',
  'ci',
  'chore',
  'revert',
  'deps',
])

function areaOnes(subjects: string[], { pattern, write }: (typeof styles)[number]): TitleConvention | undefined {
  const matches = subjects.flatMap((subject) => {
    const match = pattern.exec(subject)
    return match === null ? [] : [match]
  })
  if (!most(matches.length, subjects.length)) return undefined
  const areas = matches.flatMap(([, area]) => area ?? [])
  const small = matches.filter(([, , first]) => first !== undefined && first === first.toLowerCase()).length
  return {
    prefix({ paths }) {
      const area = knownArea(paths, areas)
      return area === undefined ? '' : write(area)
    },
    lowercase: small > matches.length / 2,
  }
}

function most(matching: number, all: number): boolean {
  return all >= fewest && matching > all / 2
}

/** The area of the history that names a folder or a file of the change: the one nearest to the file, and of two the commoner one. */
function knownArea(paths: string[], areas: string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const area of areas) counts.set(area, (counts.get(area) ?? 0) + 1)
  const known = [...counts].sort((a, b) => b[1] - a[1]).map(([area]) => area)
  for (const path of paths) {
    for (const candidate of candidates(path)) {
      const area = known.find((each) => each.toLowerCase() === candidate)
      if (area !== undefined) return area
    }
  }
  return undefined
}

/** From `src/net/http/server.go`: `src/net/http/server`, `net/http/server`, …, `server`; then the same of its folders. */
function candidates(path: string): string[] {
  const parts = path
    .toLowerCase()
    .replace(/\.[^/]*$/, '')
    .split('/')
  const ends = parts.map((_, at) => parts.slice(0, parts.length - at))
  return ends.flatMap((end) => end.map((_, from) => end.slice(from).join('/')))
}
