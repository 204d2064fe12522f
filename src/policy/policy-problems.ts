// What is wrong with a policy file, in words, at its line and column.
import { distance } from 'fastest-levenshtein'
import { type Document, isMap, isNode, isPair, isScalar, type LineCounter } from 'yaml'
import { z } from 'zod'
import type { PolicyProblem } from './policy.ts'
import { policySchema } from './policy-schema.ts'

type Path = PropertyKey[]

export function describeIssues(issues: z.core.$ZodIssue[], document: Document, lines: LineCounter): PolicyProblem[] {
  return issues
    .flatMap((issue) => flatten(issue, []))
    .flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKey(key, issue.path, { document, lines }))
        : [{ ...position(issue.path, document, lines), path: dotted(issue.path), message: `${sentence(issue)}.` }],
    )
    .sort((a, b) => a.line - b.line || a.column - b.column)
}

/** Of a union's branches the one that the writer meant: the one whose own shape fits best. */
function flatten(issue: z.core.$ZodIssue, above: Path): z.core.$ZodIssue[] {
  const path = [...above, ...issue.path]
  if (issue.code !== 'invalid_union') return [{ ...issue, path }]
  const meant = issue.errors.find((branch) => !branch.some((inner) => inner.path.length === 0 && isShape(inner)))
  if (meant === undefined) return [{ ...issue, path }]
  return meant.flatMap((inner) => flatten(inner, path))
}

function isShape(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type'
}

function unknownKey(key: string, path: Path, place: { document: Document; lines: LineCounter }): PolicyProblem {
  const known = knownKeys(path)
  const nearest = nearestOf(key, known)
  const hint = nearest === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean \`${nearest}\`?`
  return {
    ...position([...path, key], place.document, place.lines),
    path: dotted([...path, key]),
    message: `Unknown key \`${key}\`. ${hint}`,
  }
}

function sentence(issue: z.core.$ZodIssue): string {
  const wanted = wantedInstead(issue)
  if (wanted === undefined) return `\`${String(issue.input)}\` ${issue.message}`
  return `${issue.path.length === 0 ? 'The file' : `\`${dotted(issue.path)}\``} must ${wanted}`
}

/** What follows `must`; undefined for our own rules, whose words follow the value. */
function wantedInstead(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `be ${article(issue.expected)}, not ${kindOf(issue.input)}`
    case 'invalid_value':
      return `be one of ${issue.values.map(String).join(', ')}${suggestion(issue)}`
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? 'not be empty'
        : `be ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`
    case 'too_big':
      return `${boundOf(issue.origin)} at most ${issue.maximum}${unitOf(issue.origin)}`
    case 'invalid_union':
      return issue.path[0] === 'models'
        ? 'be the name of a model, or a list of names'
        : 'be a command, or an object with `command` and `required`'
    default:
      return undefined
  }
}

function suggestion(issue: z.core.$ZodIssueInvalidValue): string {
  const nearest = nearestOf(String(issue.input), issue.values.map(String))
  return nearest === undefined ? '' : `; perhaps \`${nearest}\``
}

function boundOf(origin: string): string {
  return origin === 'string' || origin === 'array' ? 'have' : 'be'
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters'
  return origin === 'array' ? ' entries' : ''
}

const articles: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section with keys',
}

function article(expected: string): string {
  return articles[expected] ?? expected
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'empty'
  if (Array.isArray(value)) return 'a list'
  return articles[typeof value] ?? typeof value
}

/** The nearest by edit distance, or nothing when even that one is no likely slip of the pen. */
function nearestOf(word: string, known: string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, steps: distance(word.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps)
  const [first] = ranked
  return first !== undefined && first.steps <= Math.max(2, Math.ceil(word.length / 3)) ? first.name : undefined
}

function knownKeys(path: Path): string[] {
  let schema: unknown = z.toJSONSchema(policySchema, { io: 'input' })
  for (const part of path) schema = property(schema, String(part))
  return Object.keys(objectBranch(schema)?.properties ?? {})
}

interface ObjectSchema {
  properties?: Record<string, unknown>
  anyOf?: ObjectSchema[]
}

function property(schema: unknown, key: string): unknown {
  return objectBranch(schema)?.properties?.[key]
}

function objectBranch(schema: unknown): ObjectSchema | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined
  const branch: ObjectSchema = schema
  return branch.anyOf?.find((candidate) => candidate.properties !== undefined) ?? branch
}

/** The place of a key, or of the nearest thing above it that is in the file. */
function position(path: Path, document: Document, lines: LineCounter): { line: number; column: number } {
  for (let length = path.length; length > 0; length -= 1) {
    const offset = offsetOf(path.slice(0, length), document)
    if (offset === undefined) continue
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  return { line: 1, column: 1 }
}

function offsetOf(path: Path, document: Document): number | undefined {
  const last = path.at(-1)
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (isMap(parent)) {
    const pair = parent.items.find(
      (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(last),
    )
    return isNode(pair?.key) ? pair.key.range?.[0] : undefined
  }
  const node = document.getIn(path, true)
  return isNode(node) ? node.range?.[0] : undefined
}

function dotted(path: Path): string {
  return path.map(String).join('.')
}
