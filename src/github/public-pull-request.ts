// Reads one pull request for `draftsmith verify`, with a personal token or none.
import { Fault } from '../errors.ts'
import { cloneAccess, gitUrlOf } from './clone-source.ts'
import { statusOf } from './github-faults.ts'
import { type PersonalAccess, personalClient, personalFault } from './personal-client.ts'
import type { IssueReference } from './public-issue.ts'

export interface PublicPullRequest {
  body: string
  /** The branch that it is for. */
  baseBranch: string
  /** Oldest first, at most 250: GitHub tells no more. */
  commits: { sha: string; tree: string }[]
  /** Where git finds its commits, and what it needs for that; secret, for git alone. */
  clone: { url: string; env: Record<string, string> }
}

/** Throws `invalid_input`/`github_not_found` where there is no such pull request or the token may not see it, else `infrastructure` faults. */
export async function fetchPullRequest(
  { owner, repo, number }: IssueReference,
  access: PersonalAccess,
): Promise<PublicPullRequest> {
  const { apiUrl, token } = access
  const octokit = personalClient(access)
  const place = { owner, repo, pull_number: number }
  try {
    const { data } = await octokit.rest.pulls.get(place)
    const commits = await octokit.paginate(octokit.rest.pulls.listCommits, { ...place, per_page: 100 })
    const url = gitUrlOf(apiUrl, owner, repo)
    return {
      body: data.body ?? '',
      baseBranch: data.base.ref,
      commits: commits.map(({ sha, commit }) => ({ sha, tree: commit.tree.sha })),
      clone: { url, env: token ? cloneAccess(url, token) : { GIT_TERMINAL_PROMPT: '0' } },
    }
  } catch (thrown) {
    if (statusOf(thrown) !== 404)
      throw personalFault(thrown, { action: `read pull request ${owner}/${repo}#${number}`, token })
    throw new Fault(
      'invalid_input',
      'github_not_found',
      `There is no pull request ${owner}/${repo}#${number}, or it is not public.`,
      {
        mend: 'Check the number; for a private repository set GITHUB_TOKEN to a token that may read its pull requests and contents.',
        cause: thrown,
      },
    )
  }
}

/** False also for a commit that GitHub does not know there. Throws `invalid_input`/`github_token_refused` or `github_forbidden`, else `infrastructure` faults. */
export async function isOnBranch(
  { owner, repo }: Pick<IssueReference, 'owner' | 'repo'>,
  { commit, branch }: { commit: string; branch: string },
  access: PersonalAccess,
): Promise<boolean> {
  const asked = { owner, repo, basehead: `${commit}...${branch}`, per_page: 1 }
  try {
    const { data } = await personalClient(access).rest.repos.compareCommitsWithBasehead(asked)
    return data.status === 'ahead' || data.status === 'identical'
  } catch (thrown) {
    if (statusOf(thrown) === 404) return false
    throw personalFault(thrown, { action: `compare ${commit} with ${branch} of ${owner}/${repo}`, token: access.token })
  }
}
