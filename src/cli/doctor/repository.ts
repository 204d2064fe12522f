// One repository on GitHub: is the App installed there, can it be worked on, and what would a pushed branch set off.
import type { Config } from '../../config.ts'
import { Fault, toFault } from '../../errors.ts'
import type { GitHubApp, GitHubRepository, RepositoryFacts } from '../../github/github.ts'
import { startedByPush } from '../../github/push-pipelines.ts'
import { type Ceilings, parsePolicy, policyPath } from '../../policy/policy.ts'
import type { Finding } from './finding.ts'

/** Throws `invalid_input`/`repository_malformed` for anything but `owner/name`. */
export function parseRepository(text: string): { owner: string; name: string } {
  const [, owner, name] = /^([\w.-]+)\/([\w.-]+)$/.exec(text) ?? []
  if (owner && name) return { owner, name }
  throw new Fault('invalid_input', 'repository_malformed', `${text} is not the name of a repository.`, {
    mend: 'Write it as owner/name.',
  })
}

export interface RepositoryCheck {
  app: GitHubApp
  slug: string
  /** Those of this deployment. */
  ceilings: Ceilings
  /** What starts a run. */
  label: string
  owner: string
  name: string
}

/** What fails ends the check: nothing after it could be asked. */
export async function checkRepository({
  app,
  slug,
  ceilings,
  label,
  owner,
  name,
}: RepositoryCheck): Promise<Finding[]> {
  const findings: Finding[] = []
  try {
    const installation = await app.installationFor(owner, name)
    findings.push(describeInstallation(installation, `${owner}/${name}`, slug))
    if (installation === undefined) return findings
    const repository = app.repository(installation, owner, name)
    const facts = await repository.facts()
    findings.push(describeFacts(facts), await checkLabel(repository, label))
    if (!facts.empty) findings.push(...(await checkContents(repository, facts, ceilings)))
  } catch (thrown) {
    const { message, mend = 'Look at the App and its installation on GitHub.' } = toFault(thrown)
    findings.push({ check: 'repository', level: 'fail', found: message, mend })
  }
  return findings
}

function describeInstallation(installation: number | undefined, repository: string, slug: string): Finding {
  const check = 'installation'
  if (installation !== undefined) return { check, level: 'ok', found: `${installation}, with ${repository}` }
  const mend = `Install it there, or add the repository to its installation: /apps/${slug}/installations/new on your GitHub.`
  return { check, level: 'fail', found: `the App is not installed on ${repository}`, mend }
}

function describeFacts({ owner, name, archived, issuesEnabled, empty, defaultBranch, size }: RepositoryFacts): Finding {
  const check = 'repository'
  const unusable = (found: string, mend: string): Finding => ({ check, level: 'fail', found, mend })
  if (archived) return unusable('it is archived, so that nothing can be published', 'Unarchive it.')
  if (!issuesEnabled) return unusable('issues are disabled', "Enable issues in the repository's settings.")
  if (empty) return unusable(`it has no commit on ${defaultBranch}`, 'Push a first commit.')
  return { check, level: 'ok', found: `${owner}/${name}, ${defaultBranch}, ${Math.ceil(size / 2 ** 20)} MiB` }
}

async function checkLabel(repository: GitHubRepository, label: string): Promise<Finding> {
  const check = 'label'
  if (await repository.hasLabel(label)) return { check, level: 'ok', found: `\`${label}\` is there` }
  const mend = `Make it: draftsmith init --repo ${repository.owner}/${repository.name}`
  return { check, level: 'fail', found: `there is no label \`${label}\`, which starts a run`, mend }
}

async function checkContents(
  repository: GitHubRepository,
  { defaultBranch }: RepositoryFacts,
  ceilings: Ceilings,
): Promise<Finding[]> {
  const head = await repository.head(defaultBranch)
  if (head === undefined) return []
  const parsed = parsePolicy(await repository.readFile(policyPath, head), ceilings)
  if (parsed.kind === 'invalid') {
    const found = parsed.problems.map(({ line, column, message }) => `${line}:${column} ${message}`).join(' ')
    return [{ check: 'policy', level: 'fail', found, mend: `Correct ${policyPath}: until then no issue is taken.` }]
  }
  const branch = `${parsed.policy.pullRequest.branchPrefix}1`
  const started: string[] = []
  for await (const name of startedByPush(repository, { commit: head, branch })) started.push(name)
  return [
    { check: 'policy', level: 'ok', found: `${policyPath} is valid or absent` },
    describeWorkflows(started, branch),
  ]
}

function describeWorkflows(started: string[], branch: string): Finding {
  const check = 'workflows'
  if (started.length === 0) return { check, level: 'ok', found: `none runs on a push of ${branch}` }
  return {
    check,
    level: 'warn',
    found: `run on a push of ${branch}, with the secrets that they name: ${started.join(', ')}`,
    mend: 'Limit `on: push`, and what other services build, to your release branches. Until then work that is not verified stays a patch in the comment.',
  }
}

/** Without a repository nothing can be looked at; which label counts is said all the same. */
export function describeLabel({ label }: Config): Finding {
  return {
    check: 'label',
    level: 'ok',
    found: `issues with \`${label}\` are taken; \`draftsmith init\` makes that label in a repository`,
  }
}
