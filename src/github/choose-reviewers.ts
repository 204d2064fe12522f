// From suggestions to people who can be asked: with an account, with access, and never a bot.
import { toFault } from '../errors.ts'
import type { PublishRequest, SuggestedReviewer } from '../publish/publication.ts'
import type { GitHubRepository } from './github.ts'
import { mayCommand } from './may-command.ts'

/** A request to many is a request to nobody. */
const mostReviewers = 3

/** The policy's own, all of them, then suggestions up to three in all. Whom GitHub cannot tell about is passed over. */
export async function chooseReviewers(
  { reviewers, suggestedReviewers = [] }: Pick<PublishRequest, 'reviewers' | 'suggestedReviewers'>,
  repository: GitHubRepository,
): Promise<string[]> {
  const chosen = new Map(reviewers.map((login) => [login.toLowerCase(), login]))
  for (const suggestion of suggestedReviewers) {
    if (chosen.size >= mostReviewers) break
    const login = await unlessRefused(() => askable(suggestion, repository))
    if (login !== undefined && !chosen.has(login.toLowerCase())) chosen.set(login.toLowerCase(), login)
  }
  return [...chosen.values()]
}

/** Teams cannot be looked at with the permissions of the App: GitHub refuses one without access, and a note says so. */
async function askable(suggestion: SuggestedReviewer, repository: GitHubRepository): Promise<string | undefined> {
  const login = 'login' in suggestion ? suggestion.login : await repository.loginOf(suggestion.email)
  if (login === undefined || login.includes('/')) return login
  return mayCommand(await repository.permission(login)) ? login : undefined
}

async function unlessRefused<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (thrown) {
    const fault = toFault(thrown)
    if (fault.class !== 'invalid_input') throw fault
    return undefined
  }
}
