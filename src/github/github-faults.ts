// What GitHub answers, in our words: one place where its status codes and messages are understood.
import { Fault } from '../errors.ts'

/** What was being done, so that the reader learns what failed. */
export interface CallContext {
  /** A verb phrase: `read issue 12`. */
  action: string
  /** `owner/repo`. */
  repository?: string
  /** Permissions that the step asks for, named when GitHub says they are missing. */
  permissions?: Record<string, string>
  /** True where the App itself signs in, with its key instead of a token. */
  asApp?: boolean
}

/** The parts of Octokit's RequestError that are used; a plain error has none of them. */
interface Answer {
  status: number
  message: string
  headers: Record<string, string | undefined>
  /** False when no answer came at all. */
  answered: boolean
}

/** Maps anything an Octokit call threw. A Fault passes unchanged. */
export function githubFault(thrown: unknown, context: CallContext): Fault {
  if (thrown instanceof Fault) return thrown
  const answer = answerOf(thrown)
  if (answer === undefined) {
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    return new Fault('defect', 'unexpected', `Could not ${context.action}: ${message}`, { cause: thrown })
  }
  const { code, faultClass, says, mend, data } = explain(answer, context)
  return new Fault(faultClass, code, `Could not ${context.action}${place(context)}: ${says}`, {
    mend,
    data: { status: answer.status, repository: context.repository, ...data },
    cause: thrown,
  })
}

/** HTTP status of an Octokit error; undefined for anything else and where no answer came. */
export function statusOf(thrown: unknown): number | undefined {
  const answer = answerOf(thrown)
  return answer?.answered ? answer.status : undefined
}

/** GitHub's own words in an Octokit error, for the few refusals that have no code of their own. */
export function wordsOf(thrown: unknown): string {
  return answerOf(thrown)?.message ?? ''
}

/** A limit that an answer tells of; the headers say how the calls of the hour stand. */
export interface MetLimit {
  limit: 'primary' | 'secondary'
  retryAfterSeconds: number
  headers: Record<string, string | undefined>
}

/** Undefined where it is another refusal, or none at all. */
export function limitMet(thrown: unknown): MetLimit | undefined {
  const answer = answerOf(thrown)
  if (!answer?.answered || !isRateLimit(answer)) return undefined
  return { limit: kindOfLimit(answer), retryAfterSeconds: secondsToWait(answer.headers), headers: answer.headers }
}

interface Explanation {
  faultClass: Fault['class']
  code: string
  says: string
  mend?: string
  data?: Record<string, unknown>
}

function explain(answer: Answer, context: CallContext): Explanation {
  if (!answer.answered) return unreachable(answer)
  if (isRateLimit(answer)) return rateLimited(answer)
  if (context.asApp === true) return appRefused(answer, context) ?? refused(answer, context)
  return refused(answer, context)
}

function unreachable(answer: Answer): Explanation {
  return {
    faultClass: 'infrastructure',
    code: 'github_unreachable',
    says: `GitHub does not answer (${answer.message}).`,
    mend: 'Check the network, GITHUB_API_URL and https://www.githubstatus.com.',
  }
}

/** A 403 that says when to come back is no refusal for good; older servers call the secondary limit abuse detection. */
function isRateLimit({ status, headers, message }: Answer): boolean {
  if (status === 429) return true
  if (status !== 403) return false
  const told = headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined
  return told || /secondary rate|rate limit exceeded|abuse detection/i.test(message)
}

function kindOfLimit({ headers, message }: Answer): MetLimit['limit'] {
  if (/secondary|abuse/i.test(message)) return 'secondary'
  return headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] === undefined ? 'primary' : 'secondary'
}

function rateLimited(answer: Answer): Explanation {
  const limit = kindOfLimit(answer)
  const retryAfterSeconds = secondsToWait(answer.headers)
  return {
    faultClass: 'infrastructure',
    code: 'github_rate_limited',
    says: `GitHub's ${limit} rate limit is reached.`,
    mend: `Nothing to do: it is tried again in ${retryAfterSeconds} s.`,
    data: { limit, retryAfterSeconds },
  }
}

/** As GitHub advises: `retry-after`, else the reset of an hour whose calls are used up, else a minute (docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api). */
function secondsToWait(headers: Answer['headers']): number {
  const after = Number(headers['retry-after'])
  if (Number.isFinite(after) && after > 0) return after
  const reset = headers['x-ratelimit-remaining'] === '0' ? Number(headers['x-ratelimit-reset']) : Number.NaN
  const wait = Math.ceil(reset - Date.now() / 1_000)
  return Number.isFinite(wait) && wait > 0 ? wait : 60
}

function appRefused({ status, message }: Answer, context: CallContext): Explanation | undefined {
  if (status === 401) {
    return {
      faultClass: 'invalid_input',
      code: 'github_key_invalid',
      says: `GitHub does not accept the App's key (${message}).`,
      mend: "Check that APP_ID and PRIVATE_KEY belong to the same App; make a new key in the App's settings if in doubt.",
    }
  }
  if (status === 404 && /integration/i.test(message)) {
    return {
      faultClass: 'invalid_input',
      code: 'github_app_unknown',
      says: 'GitHub knows no App with this id.',
      mend: "Set APP_ID to the number on the App's settings page.",
    }
  }
  if (status === 422 && /permission/i.test(message)) return notGranted(context)
  if (status === 422 || status === 404) {
    return {
      faultClass: 'invalid_input',
      code: 'github_not_found',
      says: 'the App is not installed there, or the repository is not among those it was given.',
      mend: "Add the repository under the installation's settings on GitHub.",
    }
  }
  return undefined
}

function notGranted({ permissions = {} }: CallContext): Explanation {
  const wanted = Object.entries(permissions).map(([name, level]) => `${name}: ${level}`)
  return {
    faultClass: 'invalid_input',
    code: 'github_forbidden',
    says: `the installation has not granted ${wanted.join(', ') || 'a permission'}.`,
    mend: "Accept the App's requested permissions under the installation's settings on GitHub.",
    data: { permissions },
  }
}

function refused(answer: Answer, context: CallContext): Explanation {
  const { status, message, headers } = answer
  if (status >= 500) {
    return { faultClass: 'infrastructure', code: 'github_error', says: `GitHub answered ${status} (${message}).` }
  }
  const known = knownRefusals[status]?.(answer)
  if (known !== undefined) return known
  if (status === 403) {
    const needed = headers['x-accepted-github-permissions'] ?? listed(context.permissions)
    return {
      faultClass: 'invalid_input',
      code: 'github_forbidden',
      says: `GitHub refuses it (${message})${needed ? `; needed: ${needed}` : ''}.`,
      mend: "Grant the App that permission in its settings and accept it under the installation's settings.",
      data: { needed },
    }
  }
  return {
    faultClass: 'invalid_input',
    code: 'github_refused',
    says: `GitHub answered ${status} (${message}).`,
  }
}

const knownRefusals: Record<number, (answer: Answer) => Explanation | undefined> = {
  401: ({ message }) => ({
    faultClass: 'infrastructure',
    code: 'github_error',
    says: `GitHub does not accept a token it has just issued (${message}).`,
    mend: 'It is tried again with a new token.',
  }),
  403: ({ message }) => {
    if (/suspended/i.test(message)) {
      return {
        faultClass: 'invalid_input',
        code: 'installation_suspended',
        says: 'the installation is suspended.',
        mend: "An owner can lift the suspension under the installation's settings on GitHub.",
      }
    }
    if (/archived/i.test(message)) {
      return {
        faultClass: 'invalid_input',
        code: 'repository_archived',
        says: 'the repository is archived and can only be read.',
        mend: 'Unarchive the repository.',
      }
    }
    return undefined
  },
  404: () => ({
    faultClass: 'invalid_input',
    code: 'github_not_found',
    says: 'GitHub finds nothing there, or the App may not see it.',
    mend: 'Check that it still exists and that the App is installed on the repository.',
  }),
  410: ({ message }) => ({
    faultClass: 'invalid_input',
    code: 'issues_disabled',
    says: `it is gone or issues are disabled (${message}).`,
    mend: "Enable issues in the repository's settings.",
  }),
}

function listed(permissions: Record<string, string> | undefined): string | undefined {
  return (
    permissions &&
    Object.entries(permissions)
      .map(([name, level]) => `${name}=${level}`)
      .join('; ')
  )
}

function place({ repository }: CallContext): string {
  return repository === undefined ? '' : ` of ${repository}`
}

function answerOf(thrown: unknown): Answer | undefined {
  if (!(thrown instanceof Error) || !('status' in thrown) || typeof thrown.status !== 'number') return undefined
  const response = 'response' in thrown ? (thrown.response as { headers?: Answer['headers'] } | undefined) : undefined
  return {
    status: thrown.status,
    message: thrown.message.replace(/ - https?:\S+$/, ''),
    headers: response?.headers ?? {},
    answered: response !== undefined,
  }
}
