// docs/policy.md from the schema of the policy file: one row a key.

import { idleKeys } from '../src/policy/policy.ts'

interface Schema {
  type?: string
  description?: string
  default?: unknown
  enum?: string[]
  items?: Schema
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
}

const intro = `<!-- Made by \`npm run generate\` from src/policy/policy-schema.ts. Do not edit. -->

# The policy file

\`.github/draftsmith.yml\` on the base branch says what Draftsmith may do in a repository. It is read at the pinned base
commit, never from a work tree. Every key has a default, and a repository without the file has a valid policy. Unknown keys
are refused, with line, column and the nearest known key; a file with mistakes gets a comment, and no work is done.

Limits may be lowered freely, and raised up to the ceilings of the deployment; a limit that was lowered to its ceiling is
named in the report, and so is a key that is not acted on yet. A model of \`models\` must have a known price, or be one that the
deployment itself is configured with. Editors complete and check the file with the schema in \`schema/draftsmith.schema.json\`:

\`\`\`yaml
# yaml-language-server: $schema=<address of draftsmith.schema.json>
limits:
  usd: 2
checks:
  test: npm test
  lint: { command: npm run lint, required: false }
\`\`\`

Whatever the policy says, these are never written: \`.github/\`, \`config/\`, \`deployment/\` and \`infra/\` at the root; at any
depth \`.env*\`, keys, certificates and other credentials, \`CODEOWNERS\`, instruction files for coding agents, the
configuration of build services and git hooks, git's own data; and lock files, except by the package client itself.

Globs are plain: \`*\`, \`**\`, \`?\`, \`[abc]\` and \`{a,b}\`. The name of a folder stands for everything in it. Case, Unicode form
and trailing dots make no difference.

A check is written as a command, or as \`command\` (left out: detected) and \`required\` (when false, a regression is
reported but does not block).

| key | what it says | values | default |
|---|---|---|---|
`

export function policyDocument(schema: Schema): string {
  return `${intro}${rows(schema, '').join('\n')}\n`
}

function rows(schema: Schema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`
    if (value.properties !== undefined) return rows(value, path)
    return [row(path, value)]
  })
}

function row(path: string, schema: Schema): string {
  return `| ${[`\`${path}\``, cell(description(path, schema)), values(schema), initial(schema)].join(' | ')} |`
}

function description(path: string, schema: Schema): string {
  const said = schema.description ?? ''
  return idleKeys.includes(path) ? `${said} **Not acted on yet.**` : said
}

function values(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (schema.anyOf !== undefined) return 'a command, or `command` and `required`'
  if (schema.type === 'array') return 'list'
  if (schema.type === 'integer' || schema.type === 'number') return range(schema)
  return schema.type === 'boolean' ? '`true`, `false`' : 'text'
}

function range({ minimum, exclusiveMinimum, maximum }: Schema): string {
  const from = minimum ?? (exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`)
  return `${from} to ${maximum ?? ''}`.trim()
}

function initial({ default: value, anyOf }: Schema): string {
  if (anyOf !== undefined) return requiredByDefault(anyOf) ? 'detected, required' : 'detected, not required'
  if (value === undefined) return '–'
  if (Array.isArray(value)) return value.length === 0 ? 'empty' : value.map((entry) => `\`${entry}\``).join(' ')
  return `\`${String(value)}\``
}

function requiredByDefault(branches: Schema[]): boolean {
  return branches.some(({ properties }) => properties?.required?.default === true)
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
