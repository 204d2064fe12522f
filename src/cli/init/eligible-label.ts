// The label that starts a run, made with what there is: the App, or the token of a person. Where neither works, said how.
import type { Logger } from 'pino'
import { composeGitHub } from '../../compose/github.ts'
import type { Config } from '../../config.ts'
import { toFault } from '../../errors.ts'
import type { LabelDescription } from '../../github/github.ts'
import { createLabelByToken } from '../../github/labels.ts'
import type { HostedName } from './hosted-name.ts'

const description = 'Draftsmith may answer this issue with a draft pull request'
const color = '5319e7'

interface Circumstances {
  config: Config
  log: Logger
  dryRun: boolean
}

/** Answers in one line or two what was done, or what is left to do. Never throws for what GitHub says. */
export async function makeLabel(
  hosted: HostedName | undefined,
  { config, log, dryRun }: Circumstances,
): Promise<string> {
  const label = { name: config.label, color, description }
  if (hosted === undefined) return byHand(label, hosted, 'this clone has no `origin` on GitHub')
  const name = `${hosted.owner}/${hosted.repo}`
  if (dryRun) return `Would make the label ${label.name} in ${name}, unless it is there.`
  try {
    const made = (await makeAsApp(hosted, label, { config, log })) ?? (await makeWithToken(hosted, label, config))
    if (made === undefined) return byHand(label, hosted, 'there are no credentials for it')
    return made ? `Made the label ${label.name} in ${name}.` : `The label ${label.name} is there in ${name}.`
  } catch (thrown) {
    return byHand(label, hosted, toFault(thrown).message)
  }
}

/** Undefined where there is no App, or where it is not installed. */
async function makeAsApp(
  { owner, repo }: HostedName,
  label: LabelDescription,
  { config, log }: Pick<Circumstances, 'config' | 'log'>,
): Promise<boolean | undefined> {
  if (config.github === undefined) return undefined
  const app = composeGitHub(config, log)
  const installation = await app.installationFor(owner, repo)
  return installation === undefined ? undefined : app.repository(installation, owner, repo).createLabel(label)
}

async function makeWithToken(
  hosted: HostedName,
  label: LabelDescription,
  { githubApiUrl, githubToken }: Config,
): Promise<boolean | undefined> {
  if (githubToken === undefined) return undefined
  return createLabelByToken(hosted, label, { apiUrl: githubApiUrl, token: githubToken })
}

function byHand({ name }: LabelDescription, hosted: HostedName | undefined, why: string): string {
  const where = hosted ? `${hosted.owner}/${hosted.repo}` : 'OWNER/REPO'
  return [
    `The label ${name} was not made: ${why.replace(/\.$/, '')}.`,
    `  Make it under Issues → Labels, or: gh label create '${name}' --repo ${where} --color ${color} --description '${description}'`,
  ].join('\n')
}
