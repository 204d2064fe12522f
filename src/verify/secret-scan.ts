// Looks for credentials in what is about to be published. Runs on our side, without a model and without the network.
import { findSecrets, lineAt } from '../trace/secret-patterns.ts'
import type { SecretFinding } from './report.ts'

/** Names of rules only; the secret itself is never kept. At most one finding a line and rule, in order. */
export async function scanForSecrets(files: { path: string; text: string }[]): Promise<SecretFinding[]> {
  const found: SecretFinding[] = []
  for (const { path, text } of files) {
    const here = [
      ...(await byPreset(path, text)),
      ...findSecrets(text).map(({ rule, at }) => ({ rule, line: lineAt(text, at) })),
    ]
    const distinct = new Map(here.map(({ rule, line }) => [`${line} ${rule}`, { path, line, rule }]))
    found.push(...[...distinct.values()].sort((a, b) => a.line - b.line))
  }
  return found
}

/** The preset knows the token formats of some twenty providers. Loaded by the first scan: a process that idles does without. */
async function byPreset(path: string, text: string): Promise<{ rule: string; line: number }[]> {
  const [{ lintSource }, { creator }] = await Promise.all([
    import('@secretlint/core'),
    import('@secretlint/secretlint-rule-preset-recommend'),
  ])
  // A comment could switch rules off, and a model could write it: the word is changed in place, so that offsets stay.
  const content = text.replace(/secretlint(?=-)/gi, 'secretscan')
  const source = { filePath: `/${path}`, content, contentType: 'text' as const }
  const rules = [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }]
  const { messages } = await lintSource({
    source,
    options: { config: { rules }, noPhysicFilePath: true, maskSecrets: true },
  })
  return messages.map(({ ruleId, loc }) => ({
    rule: ruleId.replace('@secretlint/secretlint-rule-', ''),
    line: loc.start.line,
  }))
}
