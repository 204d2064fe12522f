/** An issue in a repository; names are compared without case, as GitHub does. */
export interface IssueReference {
  owner: string
  repo: string
  number: number
}

const keyword = String.raw`\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b:?\s+`
const reference = String.raw`(?:([\w.-]+/[\w.-]+)?#|https?://[^\s/]+/([\w.-]+/[\w.-]+)/issues/)(\d+)\b`

/** True when merging a pull request with this body would close the issue: https://docs.github.com/issues/tracking-your-work-with-issues/linking-a-pull-request-to-an-issue */
export function closesIssue(body: string, { owner, repo, number }: IssueReference): boolean {
  const here = `${owner}/${repo}`.toLowerCase()
  for (const match of body.matchAll(new RegExp(keyword + reference, 'gi'))) {
    const [, short, long, digits] = match
    const repository = (short ?? long ?? here).toLowerCase()
    if (repository === here && Number(digits) === number) return true
  }
  return false
}
