// GitHub as this deployment's App sees it.
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { Fault, toFault } from '../errors.ts'
import type { CallBudget } from '../github/call-budget.ts'
import type { GitHubApp } from '../github/github.ts'
import { createGitHubTaskHost } from '../github/github-task-host.ts'
import { createGitHubApp, type GitHubAppOptions } from '../github/octokit-github.ts'
import { createSharedCallBudget, sameWindowMs } from '../github/shared-call-budget.ts'
import { parseTrailers } from '../render/commit-message.ts'
import { renderCall } from '../render/question.ts'
import { readinessMarker, renderReadinessReport } from '../render/readiness-report.ts'
import { renderStatus, statusMarker } from '../render/status.ts'
import type { Database } from '../run/database.ts'
import { createGitHubBudgets } from '../run/github-budgets.ts'
import type { IssuePlace } from '../run/moved.ts'
import type { Run } from '../run/run.ts'
import { createWriteTurns } from '../run/write-turns.ts'
import type { TaskHost } from '../task/task-host.ts'
import { version } from './process.ts'

/** `shared`: what a process of the service knows together with all others. */
export function composeGitHub(
  config: Config,
  log: Logger,
  shared: Pick<GitHubAppOptions, 'budget' | 'turns' | 'limited'> = {},
): GitHubApp {
  if (config.github === undefined)
    throw new Fault('invalid_input', 'app_not_configured', 'There are no credentials of a GitHub App.', {
      mend: 'Set APP_ID, PRIVATE_KEY_PATH and WEBHOOK_SECRET.',
    })
  const { appId, privateKey } = config.github
  return createGitHubApp({
    appId,
    privateKey,
    apiUrl: config.githubApiUrl,
    writeSpacingMs: config.githubWriteSpacingMs,
    userAgent: `draftsmith/${version}`,
    log,
    ...shared,
  })
}

export function composeCallBudget(database: Database, log: Logger): CallBudget {
  return createSharedCallBudget({ store: createGitHubBudgets(database, { sameWindowMs }), log, now: Date.now })
}

/** One process alone has its own line. */
export function composeWriteTurns(config: Config, database: Database): Pick<GitHubAppOptions, 'turns'> {
  const alone = database.kind === 'embedded' || config.githubWriteSpacingMs === 0
  return alone ? {} : { turns: createWriteTurns(database) }
}

/** A wrong App id or key is told now, not at the first label. GitHub's bad hour is no reason not to start. */
export async function recogniseApp(github: GitHubApp, log: Logger): Promise<void> {
  try {
    const { slug, id } = await github.describe()
    log.info({ app: slug, id }, 'GitHub knows the App')
  } catch (thrown) {
    const fault = toFault(thrown)
    if (fault.class !== 'infrastructure') throw fault
    log.warn({ err: fault }, 'GitHub could not be asked whether it knows the App')
  }
}

interface HostParts {
  github: GitHubApp
  run: Run
  fence(): Promise<void>
  /** Where its issue has gone since. */
  movedTo(): Promise<IssuePlace | undefined>
  log: Logger
}

export function gitHubHost(config: Config, { github, run, fence, movedTo, log }: HostParts): Required<TaskHost> {
  const { source, labels, wants } = run.task
  if (source.kind !== 'github_issue')
    throw new Fault('defect', 'wrong_source', 'A local task reached the service.', { data: { labels } })
  const ofRun = log.child({ runId: run.id })
  const comment =
    wants === 'readiness'
      ? { renderStatus: renderReadinessReport, statusMarker: readinessMarker }
      : { renderStatus, statusMarker }
  // An issue can be moved within its account only, and so within the installation.
  const repositoryOf = (owner: string, repo: string) =>
    github.withLog(ofRun).repository(source.installationId, owner, repo)
  return createGitHubTaskHost({
    repository: repositoryOf(source.owner, source.repo),
    issue: source.number,
    movedTo: async () => {
      const place = await movedTo()
      return place && { repository: repositoryOf(place.owner, place.repo), issue: place.number }
    },
    label: config.label,
    fence,
    texts: { ...comment, renderCall, runOf: (message) => parseTrailers(message)?.runId },
    statusIntervalMs: config.statusIntervalMs,
    log: ofRun,
  })
}
