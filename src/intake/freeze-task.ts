// The issue as it was when somebody asked; later edits are never read.
import type { NewRun } from '../run/ledger.ts'
import { identify, readinessIdentity } from '../task/identity.ts'
import { sanitise } from '../task/sanitise.ts'
import type { GitHubIssueSource, Task, TaskIdentity } from '../task/task.ts'
import type { IssueEvent } from './events.ts'

export interface Request {
  by: string
  /** ISO 8601, by GitHub's clock. */
  at: string
  /** Beside those the issue carries already. */
  label?: string
  delivery: string
  force: boolean
}

export function freezeTask(event: IssueEvent, request: Request): NewRun {
  const source = sourceOf(event)
  const title = sanitise(event.issue.title)
  const body = sanitise(event.issue.body ?? '')
  const task: Task = {
    source,
    title: title.text,
    body: body.text,
    removed: [...title.removed, ...body.removed],
    labels: labelsOf(event, request.label),
    requestedBy: request.by,
    requestedAt: request.at,
    url: event.issue.html_url,
  }
  return { ...identify(source, task.title, task.body), task, delivery: request.delivery, force: request.force }
}

/**
 * Whether changes can be verified is no matter of what the issue says, or of its labels. A version that does not know the wish yet
 * finds an issue without a task, which it declines.
 */
export function freezeReadiness(event: IssueEvent, request: Omit<Request, 'label' | 'force'>): NewRun {
  const asked = freezeTask(event, { ...request, force: true })
  const task: Task = { ...asked.task, wants: 'readiness', title: 'Readiness', body: '', removed: [], labels: [] }
  return { ...asked, ...readinessIdentity(asked), task }
}

export function identityOf(event: IssueEvent): TaskIdentity {
  return identify(sourceOf(event), event.issue.title, event.issue.body ?? '')
}

function sourceOf({ installation, repository, issue }: IssueEvent): GitHubIssueSource {
  return {
    kind: 'github_issue',
    installationId: installation.id,
    owner: repository.owner.login,
    repo: repository.name,
    number: issue.number,
  }
}

function labelsOf({ issue }: IssueEvent, label: string | undefined): string[] {
  const names = issue.labels.map(({ name }) => name)
  return label === undefined || names.includes(label) ? names : [...names, label]
}
