// docs/policy.md from the keys of the policy file: one row a key.
import { type PolicyKey, policyKeys } from '../src/policy/policy-keys.ts'

const intro = `<!-- Made by \`npm run generate\` from src/policy/policy-schema.ts. Do not edit. -->

# The policy file

\`.github/draftsmith.yml\` on the base branch says what Draftsmith may do in a repository. It is read at the pinned base
commit, never from a work tree. Every key has a default, and a repository without the file has a valid policy. Unknown keys
are refused, with line, column and the nearest known key; a file with mistakes gets a comment, and no work is done.
\`draftsmith init\` writes one into a clone in which every key stands with its default, as a comment.

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

export function policyDocument(): string {
  return `${intro}${policyKeys().map(row).join('\n')}\n`
}

function row(key: PolicyKey): string {
  return `| ${[`\`${key.path}\``, cell(description(key)), values(key), initial(key)].join(' | ')} |`
}

function description({ description: said, idle }: PolicyKey): string {
  return idle ? `${said} **Not acted on yet.**` : said
}

function values({ values: allowed }: PolicyKey): string {
  return typeof allowed === 'string' ? allowed : allowed.map((value) => `\`${value}\``).join(', ')
}

function initial({ initial: value }: PolicyKey): string {
  if (value === undefined) return '–'
  if (Array.isArray(value)) return value.length === 0 ? 'empty' : value.map((entry) => `\`${entry}\``).join(' ')
  if (isCheck(value)) return value.required ? 'detected, required' : 'detected, not required'
  return `\`${String(value)}\``
}

function isCheck(value: unknown): value is { required: boolean } {
  return typeof value === 'object' && value !== null && 'required' in value
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
