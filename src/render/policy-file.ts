// The policy file that `draftsmith init` writes: every key with its default, all of it commented out. Made from the schema,
// so that it cannot go stale. `# ` begins an explanation, a bare `#` a key.
import { stringify } from 'yaml'
import { type PolicyKey, policyKeys } from '../policy/policy-keys.ts'

const width = 100

const intro = [
  '# What Draftsmith may do in this repository. It is read from the base branch, never from a change.',
  '#',
  '# Every key stands here with its default, so this file changes nothing as it is. To change a key,',
  '# remove the # at the begin of its line, and that of the section it belongs to.',
]

/** YAML. Valid as it is and with every bare `#` removed, and equal to the defaults both ways. */
export function renderPolicyFile(): string {
  const sections = Map.groupBy(policyKeys(), ({ path }) => path.split('.').slice(0, -1).join('.'))
  const blocks = [...sections].flatMap(([name, keys]) => (name === '' ? keys.map(alone) : [section(name, keys)]))
  return `${[intro, ...blocks].map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function alone(key: PolicyKey): string[] {
  return [...explained(key, ''), ...written(key, '')]
}

/** A section of which no key has a default must stay empty: a key without a value is none. */
function section(name: string, keys: PolicyKey[]): string[] {
  if (keys.some(({ initial }) => initial !== undefined))
    return [`#${name}:`, ...keys.flatMap((key) => [...explained(key, '#  '), ...written(key, '  ')])]
  return [...keys.flatMap((key) => explained({ ...key, path: `${name}.${nameOf(key)}` }, '')), `#${name}: {}`]
}

function explained({ path, description, values, initial, idle }: PolicyKey, indent: string): string[] {
  const allowed = typeof values === 'string' ? values : values.join(', ')
  const named = initial === undefined ? `${indent === '' ? path : nameOf({ path })} (${allowed}, not set): ` : ''
  const range = initial === undefined || allowed === 'text' || allowed === 'list' ? '' : ` (${allowed})`
  const text = `${named}${description.replace(/\.$/, '')}${range}.${idle ? ' Not acted on yet.' : ''}`
  return wrapped(text.split(' '), `${indent}# `)
}

/** Nothing where there is no default: it is explained, and what may be written is the reader's. */
function written(key: PolicyKey, indent: string): string[] {
  const { initial } = key
  if (initial === undefined) return []
  if (!Array.isArray(initial) || initial.length === 0) return [`#${indent}${nameOf(key)}: ${flow(initial)}`]
  const entries = initial.map((entry, at) => `${flow(entry)}${at < initial.length - 1 ? ',' : ''}`)
  const [first = '', ...rest] = wrapped(entries, `#${indent}  `)
  if (rest.length === 0) return [`#${indent}${nameOf(key)}: [${entries.join(' ')}]`]
  return [`#${indent}${nameOf(key)}: [`, first, ...rest, `#${indent}]`]
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd()
}

function nameOf({ path }: Pick<PolicyKey, 'path'>): string {
  return path.slice(path.lastIndexOf('.') + 1)
}

function wrapped(words: string[], begin: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    if (line !== '' && begin.length + line.length + 1 + word.length > width) {
      lines.push(begin + line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, begin + line]
}
