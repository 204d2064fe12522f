// `draftsmith init`: makes a repository ready for its first issue: the issue form, a policy file that explains itself, and the label.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Logger } from 'pino'
import { composeRepositories } from '../compose/repositories.ts'
import type { Config } from '../config.ts'
import { Fault } from '../errors.ts'
import { policyPath } from '../policy/policy.ts'
import { renderIssueForm } from '../render/issue-form.ts'
import { renderPolicyFile } from '../render/policy-file.ts'
import { makeLabel } from './init/eligible-label.ts'
import { type HostedName, hostedName, namedRepository } from './init/hosted-name.ts'
import { leaveFile } from './init/starter-files.ts'

export interface InitOptions {
  /** A folder of a clone, or `owner/repo`, for which only the label is made. */
  repo: string
  /** Replaces files that are there. */
  force?: boolean
  /** Says what would be done. */
  dryRun?: boolean
}

export interface InitCircumstances {
  config: Config
  log: Logger
  out(text: string): void
}

const issueFormPath = '.github/ISSUE_TEMPLATE/agent-eligible.yml'

/** Answers the exit code. Throws `invalid_input` faults for a `--repo` that cannot be used. */
export async function initCommand(options: InitOptions, { config, log, out }: InitCircumstances): Promise<number> {
  const { repo, force = false, dryRun = false } = options
  const clone = existsSync(repo) ? await cloneAt(resolve(repo), config) : undefined
  const hosted = clone ? clone.hosted : namedRepository(repo)
  const said = clone
    ? await leaveFiles(clone.root, config, { force, dryRun })
    : [`No file was written: for the issue form and ${policyPath}, run it in a clone of ${repo}.`]
  said.push(await makeLabel(hosted, { config, log, dryRun }))
  out([...said, '', ...nextSteps(config, { hosted, inClone: clone !== undefined })].join('\n'))
  return 0
}

async function leaveFiles(
  root: string,
  { label }: Config,
  how: { force: boolean; dryRun: boolean },
): Promise<string[]> {
  const form = await leaveFile(root, { path: issueFormPath, content: renderIssueForm(label) }, how)
  const policy = await leaveFile(root, { path: policyPath, content: renderPolicyFile() }, how)
  return [form, policy]
}

async function cloneAt(folder: string, config: Config): Promise<{ root: string; hosted: HostedName | undefined }> {
  const { root, remoteUrl } = await composeRepositories(config).repositories.describeLocal(folder)
  if (!existsSync(join(root, '.git')))
    throw new Fault('invalid_input', 'bare_repository', `${root} has no work tree to write files into.`, {
      mend: 'Give the folder of a clone.',
    })
  return { root, hosted: remoteUrl === undefined ? undefined : hostedName(remoteUrl, config.githubApiUrl) }
}

function nextSteps({ label }: Config, { hosted, inClone }: { hosted: HostedName | undefined; inClone: boolean }) {
  const name = hosted ? `${hosted.owner}/${hosted.repo}` : 'owner/repo'
  const steps = [
    ...(inClone ? ['Read the files, and bring them to the default branch: they count from there.'] : []),
    `Check the rest: draftsmith doctor --repo ${name}`,
    `Open an issue with the form, and put the label ${label} on it.`,
  ]
  return ['Next:', ...steps.map((step, at) => `  ${at + 1}. ${step}`)]
}
