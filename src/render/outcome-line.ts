import type { Outcome } from '../run/outcome.ts'
import { declineTitle } from './decline.ts'
import { inline, plain } from './neutralise.ts'

/** The outcome as the heading of a comment: Markdown, one line. */
export function outcomeHeading(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'pull_request': {
      const { pullRequest } = outcome.publication
      return pullRequest === undefined
        ? '✅ The change is ready and verified'
        : `✅ Draft pull request #${pullRequest.number} is ready for review`
    }
    case 'unverified':
      return '⚠️ There is a change, but it is not verified'
    case 'plan_only':
      return '📋 A plan, and no code'
    case 'reported':
      return '🧪 Readiness of this repository'
    case 'declined':
      return `🚫 Declined: ${declineTitle(outcome.decline.code)}`
    case 'cancelled':
      return '⏹️ Stopped'
    case 'failed':
      return '❌ Failed'
  }
}

/** The outcome in plain words, for a terminal or a log: one line. */
export function outcomeLine(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'pull_request':
      return `verified: ${placeOf(outcome)}`
    case 'unverified':
      return `not verified: ${placeOf(outcome)}: ${plain(outcome.reason)}`
    case 'plan_only':
      return `plan only: ${plain(outcome.reason)}`
    case 'reported':
      return `readiness reported: ${outcome.verdict.replace('_', ' ')}`
    case 'declined':
      return `declined: ${declineTitle(outcome.decline.code).replaceAll('`', '')}`
    case 'cancelled':
      return `stopped: ${plain(outcome.reason)}`
    case 'failed':
      return `failed: ${plain(outcome.reason)}`
  }
}

/** Where the work can be found; a whole sentence in Markdown. */
export function placeSentence({
  publication,
  kind,
}: Extract<Outcome, { kind: 'pull_request' | 'unverified' }>): string {
  const { pullRequest, branch, patchFile } = publication
  const checked =
    kind === 'pull_request' ? "It passed the repository's own checks" : 'It is for reading, not for merging'
  if (pullRequest !== undefined) {
    return `${checked}. The evidence stands in its description: ${pullRequest.url}`
  }
  if (branch !== undefined)
    return `${checked}. It is on the branch ${inline(`\`${branch}\``)}; no pull request was opened.`
  if (patchFile !== undefined) return `${checked}. It is in the file ${inline(`\`${patchFile}\``)}.`
  return `${checked}. It is kept as a patch; nothing was pushed.`
}

function placeOf({ publication }: Extract<Outcome, { kind: 'pull_request' | 'unverified' }>): string {
  const { pullRequest, branch, patchFile } = publication
  if (pullRequest !== undefined) return pullRequest.url
  return branch === undefined ? (patchFile ?? 'kept as a patch') : `branch ${branch}`
}
