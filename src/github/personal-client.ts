// GitHub as a person at a terminal sees it: with a token of their own, or with none.
import { Octokit } from '@octokit/rest'
import { Fault } from '../errors.ts'
import { githubFault, statusOf } from './github-faults.ts'
import { wholeAnswers } from './octokit-client.ts'

export interface PersonalAccess {
  apiUrl: string
  token: string | undefined
  /** For one request; half a minute when left out. */
  timeoutMs?: number
}

export type PersonalClient = Pick<Octokit, 'rest' | 'paginate'>

/** Says nothing by itself: the command tells what went wrong. */
export function personalClient({ apiUrl, token, timeoutMs }: PersonalAccess): PersonalClient {
  const quiet = () => {}
  return new Octokit({
    baseUrl: apiUrl,
    ...(token && { auth: token }),
    request: { fetch: wholeAnswers(globalThis.fetch, timeoutMs) },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  })
}

/** As `githubFault`, in words for somebody whose token it is. Throws nothing; a Fault passes unchanged. */
export function personalFault(
  thrown: unknown,
  { action, token }: { action: string; token: string | undefined },
): Fault {
  if (thrown instanceof Fault) return thrown
  const status = statusOf(thrown)
  const refused = (code: string, says: string, mend: string) =>
    new Fault('invalid_input', code, `Could not ${action}: ${says}`, { mend, data: { status }, cause: thrown })
  if (status === 401)
    return refused(
      'github_token_refused',
      'GitHub does not accept the token.',
      'Set GITHUB_TOKEN to a token that is valid.',
    )
  const fault = githubFault(thrown, { action })
  if (fault.code !== 'github_forbidden') return fault
  if (token === undefined) return refused(fault.code, 'GitHub refuses it without a token.', 'Set GITHUB_TOKEN.')
  return refused(fault.code, 'the token may not do that.', 'Set GITHUB_TOKEN to a token that may.')
}
