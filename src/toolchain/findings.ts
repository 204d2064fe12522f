// What a linter, a type checker or a formatter finds, told apart from where in its file it stands: a change moves lines,
// and what was found before is still the same. Read from what programs print for people, since their commands are the repository's own.
import { cleanOutput, type Places } from './clean-output.ts'

/** More are compared by the exit code alone. */
const mostFindings = 2_000

/** `src/a.js: 'x' is never used`, each once, the second of a kind as `… (2)`; undefined where nothing is told, or not everything. */
export function readFindings(output: string, places: Places): string[] | undefined {
  const text = cleanOutput(output, places)
  if (isIncomplete.test(text)) return undefined
  const found = findingsIn(text.split('\n')).map(
    ({ file, message }) => `${file}${message === '' ? '' : ': '}${message}`,
  )
  return found.length === 0 || found.length > mostFindings ? undefined : numbered(found)
}

/** What `now` has and `before` has not. */
export function newFindings(before: string[], now: string[]): string[] {
  const known = new Set(before)
  return now.filter((finding) => !known.has(finding))
}

/** Biome shows so many and no more. */
const isIncomplete = /diagnostics not shown/i

interface Finding {
  file: string
  message: string
}

const path = String.raw`(?:\.\/)?([\w@+~[\]()./-]*[\w\])-]\.\w+)`
/** `a.ts:1:2: message`, `a.ts(1,2): message`, `a.ts:1:2 - message`. */
const oneLine = new RegExp(String.raw`^(?:vet: )?${path}[:(]\d+(?:[:,]\d+)?\)?(?::| -)?\s+(\S.*)$`)
/** MSBuild has no place for what is wrong with a whole project, `a.csproj : error NU1101: …`; a compiler names it behind: `CSC : error … [a.csproj]`. */
const ofProject = new RegExp(String.raw`^(?:${path}|[A-Z]+) ?: ((?:error|warning)\b.*?)(?: \[([^\[\]:]+)[^\[\]]*\])?$`)
/** A line that is a path and nothing else stands above what was found there, or names a file that is not formatted. */
const heading = new RegExp(String.raw`^(?:\[warn\] |[Ww]ould reformat:? )?${path}$`)
/** Below a heading: `  1:7  error  message  rule`. */
const underHeading = /^\s+(?:[✖⚠×]\s+)?\d+:\d+\s+(\S.*)$/
/** Below its message: ` --> src/main.rs:3:18`. */
const arrow = new RegExp(String.raw`^\s*(?:-->|[╭┌,][─-]\[)\s*${path}:\d+`)
/** What explains another finding is none. */
const aside = /^(?:note|help)\b/

function findingsIn(lines: string[]): Finding[] {
  const found: Finding[] = []
  let bare: Finding | undefined
  let last = ''
  lines.forEach((line, at) => {
    const [, pointed] = arrow.exec(line) ?? []
    const [file, message] = inOneLine(line)
    const [, under] = underHeading.exec(line) ?? []
    const [, head] = heading.exec(line) ?? []
    if (pointed !== undefined && !aside.test(last)) found.push(finding(pointed, last))
    else if (file !== undefined && message !== undefined)
      found.push(finding(file, inFull(message, lines.slice(at + 1, at + 4))))
    else if (under !== undefined && bare !== undefined) found.push(finding(bare.file, under))
    else if (head !== undefined) {
      bare = finding(head, '')
      found.push(bare)
    }
    if (line.trim() !== '') last = line.trim()
  })
  return withoutHeadings(found)
}

function inOneLine(line: string): (string | undefined)[] {
  const [, file, message] = oneLine.exec(line) ?? []
  if (message !== undefined) return [file, message]
  const [, project, said, behind] = ofProject.exec(line) ?? []
  return [project ?? behind, said]
}

/** Biome writes its rule beside the place, and what is wrong two lines below. */
function inFull(message: string, next: string[]): string {
  if (!/\s━+$/.test(message)) return message
  const said = next.find((line) => line.trim() !== '') ?? ''
  return `${message.replace(/(\s+FIXABLE)?\s+━+$/, '')} ${said.trim().replace(/^[!×iℹ]\s+/, '')}`
}

/** A file that has findings of its own was named as their heading only. */
function withoutHeadings(found: Finding[]): Finding[] {
  const told = new Set(found.filter(({ message }) => message !== '').map(({ file }) => file))
  return found.filter(({ file, message }) => message !== '' || !told.has(file))
}

/** Numbers in a message may be places, too. */
function finding(file: string, message: string): Finding {
  return { file, message: message.replace(/\s+/g, ' ').replace(/\b\d+\b/g, '#') }
}

function numbered(findings: string[]): string[] {
  const seen = new Map<string, number>()
  return findings.map((found) => {
    const count = (seen.get(found) ?? 0) + 1
    seen.set(found, count)
    return count === 1 ? found : `${found} (${count})`
  })
}
