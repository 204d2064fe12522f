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
  try {
    const text =
      given.PRIVATE_KEY?.replaceAll('\\n', '\n') ??
      (given.PRIVATE_KEY_PATH && readFileSync(given.PRIVATE_KEY_PATH, 'utf8'))
    if (!text) return none
    createPrivateKey(text)
    return { privateKey: text, problems: [] }
  } catch (cause) {
    return { privateKey: undefined, problems: [{ variable, ...refusalOf(cause) }] }
  }
}

function refusalOf(cause: unknown): Omit<ConfigProblem, 'variable'> {
  if (cause instanceof Error && 'path' in cause)
    return {
      problem: `names a file that cannot be read (${cause.message})`,
      mend: 'Set the path of the .pem file that GitHub generated, and let the user that runs Draftsmith read it.',
    }
  return {
    problem: 'is not a private key in PEM form',
    mend: 'Give the whole .pem file, with its BEGIN and END lines; or generate a new key on the settings page of your GitHub App.',
  }
}
