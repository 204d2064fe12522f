// Reads `.github/draftsmith.yml`. Every problem is found at once, with its place in the file.
import { type Document, LineCounter, parseDocument, visit } from 'yaml'
import { applyCeilings, type Ceilings } from './ceilings.ts'
import { noteUnpriced, refuseModels } from './model-choice.ts'
import { describeIssues } from './policy-problems.ts'
import { idleKeys, type Policy, policySchema } from './policy-schema.ts'

export { type Ceilings, defaultCeilings } from './ceilings.ts'
export { type Policy, type PolicyFile, policySchema } from './policy-schema.ts'

export const policyPath = '.github/draftsmith.yml'

const maxBytes = 64 * 1024
const maxNesting = 24
const maxProblems = 20

/** A fault in the file. Line and column count from 1; `path` is dotted and empty for the file as a whole. */
export interface PolicyProblem {
  line: number
  column: number
  path: string
  message: string
}

export type ParsedPolicy =
  | { kind: 'ok'; policy: Policy; notes: string[] }
  | { kind: 'invalid'; problems: PolicyProblem[] }

/** An absent or empty file is a valid policy. `notes` are for the report, such as a limit that was lowered. */
export function parsePolicy(text: string | undefined, ceilings: Ceilings): ParsedPolicy {
  const bytes = Buffer.byteLength(text ?? '')
  if (bytes > maxBytes) return invalid(wholeFile(`The file has ${bytes} bytes; at most ${maxBytes} are read.`))

  if (nesting(text ?? '') > maxNesting) return invalid(wholeFile('The file is nested too deeply.'))

  const lines = new LineCounter()
  const document = parseDocument(text ?? '', { lineCounter: lines, schema: 'core' })
  const broken = [...syntaxProblems(document), ...aliasProblems(document, lines)]
  if (broken.length > 0) return { kind: 'invalid', problems: broken }

  const written: unknown = document.toJS({ maxAliasCount: 0 }) ?? {}
  const parsed = policySchema.safeParse(written, { reportInput: true })
  if (!parsed.success) return { kind: 'invalid', problems: describeIssues(parsed.error.issues, document, lines) }
  const refused = ceilings.models ? refuseModels(parsed.data, ceilings.models, ceilings.prices) : []
  if (refused.length > 0) return { kind: 'invalid', problems: describeIssues(refused, document, lines) }
  const { policy, notes } = applyCeilings(parsed.data, ceilings, (path) => document.hasIn(path))
  const unpriced = ceilings.models ? noteUnpriced(policy, ceilings.models, ceilings.prices) : []
  return { kind: 'ok', policy, notes: [...notes, ...idleNotes(document), ...unpriced] }
}

/** The policy of a repository without a file. */
export function defaultPolicy(ceilings: Ceilings): Policy {
  return applyCeilings(policySchema.parse({}), ceilings, () => false).policy
}

/**
 * An upper bound of how deep the file nests, without parsing: brackets and quotes are not told apart.
 * The parser takes minutes over some 60 KiB of opening brackets or of `? ? ?`, so it must never see them.
 */
function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  for (const line of text.split(/\r\n?|\n/)) {
    const indicators = line.match(/(^|\s)[-?:](?=\s|$)|:(?=\s)/g)?.length ?? 0
    const indent = line.search(/\S|$/) / 2
    deepest = Math.max(deepest, indicators, indent)
    for (const bracket of line.match(/[[\]{}]/g) ?? []) {
      depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1))
      deepest = Math.max(deepest, depth)
    }
  }
  return deepest
}

function syntaxProblems(document: Document): PolicyProblem[] {
  return [...document.errors, ...document.warnings].slice(0, maxProblems).map((error) => ({
    line: error.linePos?.[0].line ?? 1,
    column: error.linePos?.[0].col ?? 1,
    path: '',
    message: `Not valid YAML: ${(error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')}.`,
  }))
}

/** Aliases can blow a small file up to any size, and no policy needs one. */
function aliasProblems(document: Document, lines: LineCounter): PolicyProblem[] {
  const problems: PolicyProblem[] = []
  visit(document, {
    Alias(_key, alias) {
      const { line, col } = lines.linePos(alias.range?.[0] ?? 0)
      problems.push({ line, column: col, path: '', message: `Aliases such as *${alias.source} are not supported.` })
      return visit.BREAK
    },
  })
  return problems
}

function idleNotes(document: Document): string[] {
  return idleKeys.filter((key) => document.hasIn(key.split('.'))).map((key) => `\`${key}\` is not acted on yet.`)
}

function wholeFile(message: string): PolicyProblem {
  return { line: 1, column: 1, path: '', message }
}

function invalid(problem: PolicyProblem): ParsedPolicy {
  return { kind: 'invalid', problems: [problem] }
}
