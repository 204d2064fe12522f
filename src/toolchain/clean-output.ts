// Output of a command made equal for equal runs: recorded conversations are found by it, and people read it.
import { posix } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { redact } from '../trace/redaction.ts'

/** Where a command ran, as it saw it itself. */
export interface Places {
  /** Absolute path of the work tree. */
  root: string
  /** Absolute path of HOME, where TMPDIR is, too. */
  home: string
  /** Folder that it ran in, from the work tree; `.` for its root. */
  cwd: string
}

export const unknownPlaces: Places = { root: '', home: '', cwd: '.' }

/**
 * Takes colour codes, progress lines, notices of package managers, durations, addresses and absolute paths out, and
 * credentials: what a command prints goes to a model and into comments. Before anything is cut, since half of a
 * credential looks like none.
 */
export function cleanOutput(text: string, places: Places): string {
  const lines = redact(stripVTControlCharacters(text))
    .split('\n')
    .map((line) => line.replace(/\r+$/, ''))
    .map((line) => line.slice(line.lastIndexOf('\r') + 1))
    .filter((line) => !isNoise(line))
    .map((line) => withoutVolatile(relativePaths(line, places)).trimEnd())
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

/** A path as the repository knows it; undefined when it lies outside of the work tree. */
export function repositoryPath(path: string, places: Places): string | undefined {
  const plain = path.replace(/^file:\/\//, '')
  if (!plain.startsWith('/')) {
    const joined = posix.join(places.cwd, plain)
    return joined.startsWith('../') ? undefined : joined
  }
  if (places.root === '' || !plain.startsWith(`${places.root}/`)) return undefined
  return plain.slice(places.root.length + 1)
}

const noise = [
  /^npm (warn|notice|WARN|error A complete log|error Lifecycle)/,
  /^(added|removed|changed|up to date|audited)\b.*\bpackages?\b/,
  /^\d+ packages? (is|are) looking for funding/,
  /^\s*run `npm (fund|audit)[^`]*`/,
  /^found \d+ vulnerabilities/,
  /^(\[notice\]|WARNING: (Running pip|You are using pip))/,
  /^\(node:\d+\) (\[\w+\] )?(Experimental|Deprecation)?Warning/,
  /^\(Use `node --trace-(warnings|deprecation)/,
  /^(info Visit https:\/\/yarnpkg|warning package\.json: No license field)/,
  /^> /,
  /^(# )?duration_ms[: ]/,
  /^\s*duration_ms: /,
  /^\s*(Start at|Duration|Time:)\s/,
  /^Node\.js v\d/,
  /^\s*[~^]+\s*$/,
  /^\$ /,
]

function isNoise(line: string): boolean {
  return noise.some((pattern) => pattern.test(line))
}

function relativePaths(line: string, places: Places): string {
  let result = line
  for (const [folder, name] of [
    [places.root, ''],
    [places.home, '<home>/'],
  ] as const) {
    if (folder === '' || folder === '/') continue
    result = result.replaceAll(`file://${folder}/`, name).replaceAll(`${folder}/`, name)
    result = result.replaceAll(folder, name === '' ? '.' : '<home>')
  }
  // Names below HOME and the system's temporary folder are made up anew by each run.
  return result.replace(/(?:<home>|\/private\/tmp|\/tmp|\/var\/folders)\/[^\s'"`:,)\]]+/g, '<tmp>')
}

function withoutVolatile(line: string): string {
  return (
    line
      .replace(/\b0x[0-9a-f]{6,16}\b/gi, '0x…')
      .replace(/\(node:\d+\)/g, '(node)')
      .replace(/\b(127\.0\.0\.1|localhost|\[::1\]):(\d{5})\b/g, '$1:<port>')
      .replace(/\bin \d+(\.\d+)?\s?(ms|s|seconds)\b/g, 'in <time>')
      .replace(/\s\(\d+(\.\d+)?\s?m?s\)/g, '')
      // From the first blank on: from each of them it would take minutes over a line of blanks.
      .replace(/(?<!\s)\s+\d+(\.\d+)?\s?ms$/, '')
  )
}
