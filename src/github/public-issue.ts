// Reads one issue for a local run, with a personal token or none.
import { Fault } from '../errors.ts'
import { statusOf } from './github-faults.ts'
import { type PersonalAccess, personalClient, personalFault } from './personal-client.ts'

export interface IssueReference {
  owner: string
  repo: string
  number: number
}

/** Throws `invalid_input`: `github_not_found` where there is no such issue or the token may not see it, `issue_is_pull_request`, `github_token_refused`, `github_forbidden`; else `infrastructure` faults. */
export async function fetchIssue(
  { owner, repo, number }: IssueReference,
  access: PersonalAccess,
): Promise<{ title: string; body: string; url: string }> {
  try {
    const { data } = await personalClient(access).rest.issues.get({ owner, repo, issue_number: number })
    if (data.pull_request)
      throw new Fault('invalid_input', 'issue_is_pull_request', `${owner}/${repo}#${number} is a pull request.`, {
        mend: 'Name an issue.',
      })
    return { title: data.title, body: data.body ?? '', url: data.html_url }
  } catch (thrown) {
    if (thrown instanceof Fault) throw thrown
    if (statusOf(thrown) !== 404)
      throw personalFault(thrown, { action: `read ${owner}/${repo}#${number}`, token: access.token })
    throw new Fault(
      'invalid_input',
      'github_not_found',
      `There is no issue ${owner}/${repo}#${number}, or it is not public.`,
      {
        mend: 'Check the number; for a private repository set GITHUB_TOKEN to a token that may read its issues.',
        cause: thrown,
      },
    )
  }
}
