// The first look at an issue and its repository: rules on facts, before anything is cloned or paid.
import type { Decline, DeclineCode } from '../policy/decline.ts'
import { defaultCeilings, parsePolicy, policyPath } from '../policy/policy.ts'
import type { IssuePlace } from '../run/moved.ts'
import type { Task } from '../task/task.ts'
import type { BaseFacts, Inspection, OpenPullRequest } from '../task/task-host.ts'
import { closesIssue, type IssueReference } from './closing-keywords.ts'
import type { GitHubRepository, IssueFacts, RepositoryFacts } from './github.ts'
import { namesIssue } from './issue-branches.ts'
import { mayCommand } from './may-command.ts'
import { startedByPush } from './push-pipelines.ts'

export interface InspectionOptions {
  repository: GitHubRepository
  issue: number
  /** The label that starts runs. Asked for again only where the task began with it: a command needs none. */
  label: string
}

/** People first: towards somebody without write access nothing is said, whatever else is wrong. */
export async function inspect(task: Task, options: InspectionOptions): Promise<Inspection> {
  const { repository } = options
  const outsider = await whyOutsider(task, repository)
  if (outsider !== undefined) return { kind: 'silent', reason: outsider }
  const facts = await repository.facts()
  const unusable = repositoryDecline(facts)
  if (unusable !== undefined) return { kind: 'declined', decline: unusable }
  const issue = await repository.issue(options.issue)
  return issueEnd(issue, facts, task, options.label) ?? (await baseOf(facts, options))
}

/** Undefined for people with write access; else why they are not, for the log. */
export async function whyOutsider({ requestedBy }: Task, repository: GitHubRepository): Promise<string | undefined> {
  if (requestedBy.endsWith('[bot]')) return `${requestedBy} is a bot`
  const permission = await repository.permission(requestedBy)
  return mayCommand(permission) ? undefined : `${requestedBy} has no write access (${permission})`
}

function repositoryDecline(facts: RepositoryFacts): Decline | undefined {
  const name = `${facts.owner}/${facts.name}`
  if (facts.archived) return decline('repository_archived', `${name} is archived`)
  if (!facts.issuesEnabled) return decline('issues_disabled', `issues of ${name} are disabled`)
  if (facts.empty) return decline('repository_empty', `${name} has no commit on ${facts.defaultBranch}`)
  return undefined
}

function issueEnd(issue: IssueFacts, facts: RepositoryFacts, task: Task, label: string): Inspection | undefined {
  // GitHub answers for a transferred issue with the one it became, in another repository.
  if (!sameRepository(issue, facts))
    return { kind: 'cancelled', reason: `The issue was moved to ${issue.url}`, ...placeOf(issue) }
  if (issue.isPullRequest) return declined('issue_is_pull_request', `#${issue.number} is a pull request`)
  if (issue.state === 'closed') return declined('issue_closed', `#${issue.number} is closed`)
  if (issue.locked) return declined('issue_locked', `#${issue.number} is locked`)
  if (has(task.labels, label) && !has(issue.labels, label)) {
    return { kind: 'cancelled', reason: `The label ${label} was removed.` }
  }
  return undefined
}

function placeOf({ url }: IssueFacts): { movedTo?: IssuePlace } {
  const [, owner, repo, number] = /([^/]+)\/([^/]+)\/issues\/(\d+)$/.exec(url) ?? []
  return owner && repo ? { movedTo: { owner, repo, number: Number(number) } } : {}
}

function sameRepository(issue: IssueFacts, facts: RepositoryFacts): boolean {
  return issue.url.toLowerCase().startsWith(`${facts.url.toLowerCase()}/`)
}

/** Label names differ by more than case. */
function has(labels: string[], label: string): boolean {
  return labels.some((name) => name.toLowerCase() === label.toLowerCase())
}

/** The policy of the default branch names the base; that base's own policy then holds. */
async function baseOf(repo: RepositoryFacts, { repository, issue }: InspectionOptions): Promise<Inspection> {
  const defaultHead = await repository.head(repo.defaultBranch)
  if (defaultHead === undefined) return declined('branch_missing', `there is no branch ${repo.defaultBranch}`)
  const defaultPolicy = await repository.readFile(policyPath, defaultHead)
  const baseBranch = hints(defaultPolicy).base ?? repo.defaultBranch
  const other = baseBranch !== repo.defaultBranch
  const baseCommit = other ? await repository.head(baseBranch) : defaultHead
  if (baseCommit === undefined) {
    return declined('branch_missing', `${policyPath} names base: ${baseBranch}, and there is no such branch`)
  }
  const policyText = other ? await repository.readFile(policyPath, baseCommit) : defaultPolicy
  const branch = `${hints(policyText).branchPrefix}${issue}`
  const [openPullRequests, workflowsRunOnPush] = await Promise.all([
    openWork(repository, { owner: repo.owner, repo: repo.name, number: issue }, branch),
    anyRunsOnPush(repository, baseCommit, branch),
  ])
  const facts: BaseFacts = {
    repository: `${repo.owner}/${repo.name}`,
    baseBranch,
    baseCommit,
    policyText,
    repositoryBytes: repo.size,
    openPullRequests,
    workflowsRunOnPush,
    notes: [],
  }
  return { kind: 'ready', facts }
}

/** What is needed of the policy before it is judged; a broken file is declined by the screen, with its problems. */
function hints(policyText: string | undefined): { base: string | undefined; branchPrefix: string } {
  const parsed = parsePolicy(policyText, defaultCeilings)
  if (parsed.kind === 'invalid') return { base: undefined, branchPrefix: 'agent/issue-' }
  return { base: parsed.policy.base, branchPrefix: parsed.policy.pullRequest.branchPrefix }
}

/** Our own work on the issue is gone on with, or stands in the way only where it closes the issue. */
async function openWork(repository: GitHubRepository, issue: IssueReference, ownBranch: string) {
  const open = await repository.pullRequests('open')
  return open.map(({ number, title, url, body, headBranch }): OpenPullRequest => {
    const own = headBranch === ownBranch || headBranch.startsWith(`${ownBranch}-`)
    const named = !own && namesIssue(headBranch, issue.number)
    return {
      number,
      title,
      url,
      closesIssue: closesIssue(`${title}\n${body}`, issue),
      ...(named && { sign: `its branch ${headBranch} names this issue` }),
    }
  })
}

async function anyRunsOnPush(repository: GitHubRepository, commit: string, branch: string): Promise<boolean> {
  for await (const _one of startedByPush(repository, { commit, branch })) return true
  return false
}

function declined(code: DeclineCode, evidence: string): Inspection {
  return { kind: 'declined', decline: decline(code, evidence) }
}

function decline(code: DeclineCode, evidence: string): Decline {
  return { code, evidence: [evidence] }
}
