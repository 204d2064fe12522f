// Risk by rule, from words and paths. A model may call a task riskier than these rules do, never safer.
import { type Risk, risks } from '../task/contract.ts'
import { foldPath } from './fold-path.ts'
import { proseSentences } from './prose.ts'
import { type SensitiveSubject, sensitiveSubjects } from './sensitive-subjects.ts'

/** `reason` completes "Risk high: …". */
export interface RiskSignal {
  risk: Risk
  reason: string
}

export function worse(a: Risk, b: Risk): Risk {
  return risks.indexOf(a) >= risks.indexOf(b) ? a : b
}

export function atLeast(risk: Risk, floor: Risk): boolean {
  return risks.indexOf(risk) >= risks.indexOf(floor)
}

/** One signal a subject, with the word that raised it. */
export function risksInText(text: string): RiskSignal[] {
  return sensitiveSubjects.flatMap((subject) => signalIn(text, subject) ?? [])
}

/** What the description of an issue plainly asks for. What it only tells (a log, a story, an example) raises nothing. */
export function risksInProse(text: string): RiskSignal[] {
  const asked = proseSentences(text).filter((sentence) => demand.test(sentence))
  return sensitiveSubjects.flatMap(({ risk, about, plain }) => {
    const found = asked.flatMap((sentence) => plain.exec(sentence)?.[0] ?? [])[0]
    return found === undefined ? [] : [{ risk, reason: `it is about ${about} ("${found}")` }]
  })
}

const demand =
  /\b(?:add|allow|change|drop|fix|implement|make|must|needs?|prevent|remove|replace|should|support|use|want|would like)\b/i

function signalIn(text: string, { risk, about, plain, hint, hinted }: SensitiveSubject): RiskSignal | undefined {
  const found = plain.exec(text)?.[0]
  if (found !== undefined) return { risk, reason: `it is about ${about} ("${found}")` }
  const hints = hint === undefined ? [] : distinctStems(text.match(hint) ?? [])
  const [first] = hints
  if (first === undefined || hinted === undefined) return undefined
  if (hints.length > 1) return { risk, reason: `it is about ${about} (${hints.map((word) => `"${word}"`).join(', ')})` }
  return { risk: hinted, reason: `it speaks of ${about} ("${first}")` }
}

/** `login` and `Logins` are one word, `login` and `logout` are two. */
function distinctStems(words: string[]): string[] {
  const byStem = new Map<string, string>()
  for (const word of words) {
    const stem = word
      .toLowerCase()
      .replace(/[^a-z]/g, '')
      .replace(/(?:ed|s)$/, '')
    if (!byStem.has(stem)) byStem.set(stem, word)
  }
  return [...byStem.values()]
}

/** Folders and file names that say what is in them, and packages that are touched together. Tests and documents beside them count less. */
export function risksInPaths(paths: string[]): RiskSignal[] {
  const signals = paths.filter((path) => !isHarmless(path)).flatMap((path) => riskOfPath(path))
  const packages = new Set(paths.flatMap((path) => packageOf(path) ?? []))
  if (packages.size > 1) {
    signals.push({ risk: 'high', reason: `it touches several packages (${[...packages].sort().join(', ')})` })
  }
  return signals
}

/** A folder or a file of that very name is the subject; a name that only holds the word may be about it. */
function riskOfPath(path: string): RiskSignal[] {
  const segments = foldPath(path).split('/')
  const stem = nameOf(segments.at(-1) ?? '')
  const names = [...segments.slice(0, -1), stem]
  const words = wordsOf(nameOf(path.split('/').at(-1) ?? ''))
  return sensitiveSubjects.flatMap(({ risk, about, names: pattern }): RiskSignal[] => {
    if (pattern === undefined) return []
    if (names.some((name) => pattern.test(name))) return [{ risk, reason: `it touches ${about} (${path})` }]
    if (words.some((word) => pattern.test(word)))
      return [{ risk: 'high', reason: `it may touch ${about}, by its name (${path})` }]
    return []
  })
}

function nameOf(file: string): string {
  return file.replace(/(?<=.)\..*$/, '')
}

/** `LoginForm`, `login-form` and `login_form` are `login` and `form`. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
}

/** Documents and tests: what they say changes nothing that runs. */
export function isHarmless(path: string): boolean {
  return /\.(md|mdx|rst|txt|adoc)$/i.test(path) || /(^|\/)(tests?|__tests__|spec)\//i.test(path)
}

/** The folder of the package that a path of a monorepo lies in, by the usual names of such folders. */
export function packageOf(path: string): string | undefined {
  return /^(packages|apps|libs|services|crates|modules)\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]
}
