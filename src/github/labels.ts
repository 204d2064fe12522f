// The labels of a repository: whether one is there, and making it.
import type { GitHubRepository, LabelDescription } from './github.ts'
import { statusOf, wordsOf } from './github-faults.ts'
import { type RepositorySession, steps } from './installation-token.ts'
import { type PersonalAccess, type PersonalClient, personalClient, personalFault } from './personal-client.ts'
import type { Place } from './repository-reads.ts'

export function labels(session: RepositorySession, place: Place): Pick<GitHubRepository, 'hasLabel' | 'createLabel'> {
  return {
    hasLabel: (name) => session.use(steps.read, `look for the label ${name}`, (client) => has(client, place, name)),
    createLabel: (label) =>
      session.use(steps.comment, `make the label ${label.name}`, (client) => create(client, place, label)),
  }
}

/** The same with the token of a person. Throws the faults of `GitHubRepository`, and `invalid_input`/`github_token_refused`. */
export async function createLabelByToken(
  place: Place,
  label: LabelDescription,
  access: PersonalAccess,
): Promise<boolean> {
  try {
    return await create(personalClient(access), place, label)
  } catch (thrown) {
    const action = `make the label ${label.name} in ${place.owner}/${place.repo}`
    throw personalFault(thrown, { action, token: access.token })
  }
}

async function has(client: PersonalClient, place: Place, name: string): Promise<boolean> {
  try {
    await client.rest.issues.getLabel({ ...place, name })
    return true
  } catch (thrown) {
    if (statusOf(thrown) === 404) return false
    throw thrown
  }
}

/** Looked for first, since somebody who may not write learns so that nothing is missing. */
async function create(client: PersonalClient, place: Place, label: LabelDescription): Promise<boolean> {
  if (await has(client, place, label.name)) return false
  try {
    await client.rest.issues.createLabel({ ...place, ...label })
    return true
  } catch (thrown) {
    // Somebody else was quicker, or it is written in other case.
    if (statusOf(thrown) === 422 && /already_exists/.test(wordsOf(thrown))) return false
    throw thrown
  }
}
