// The key of the GitHub App, from a variable or a file, checked before anything starts.
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Need } from './missing.ts'
import type { ConfigProblem } from './problems.ts'
import type { Variables } from './variables.ts'

export function readPrivateKey(
  given: Partial<Variables>,
  needs: Need[],
): { privateKey: string | undefined; problems: ConfigProblem[] } {
  const none = { privateKey: undefined, problems: [] }
  if (!needs.includes('github')) return none
  const variable = given.PRIVATE_KEY ? 'PRIVATE_KEY' : 'PRIVATE_KEY_PATH'
  const mend =
    'Generate a new private key on the settings page of your GitHub App and give the whole .pem file, with its BEGIN and END lines.'
  try {
    const text =
      given.PRIVATE_KEY?.replaceAll('\\n', '\n') ??
      (given.PRIVATE_KEY_PATH && readFileSync(given.PRIVATE_KEY_PATH, 'utf8'))
    if (!text) return none
    createPrivateKey(text)
    return { privateKey: text, problems: [] }
  } catch (cause) {
    const unreadable = cause instanceof Error && 'path' in cause
    const problem = unreadable
      ? `names a file that cannot be read (${cause.message})`
      : 'is not a private key in PEM form'
    return { privateKey: undefined, problems: [{ variable, problem, mend }] }
  }
}
