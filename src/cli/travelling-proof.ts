// Finds evidence and the change that it is about: in the ledger of a run, or in the description of a pull request.
import type { Logger } from 'pino'
import { composeGitHub } from '../compose/github.ts'
import type { Config } from '../config.ts'
import { Fault } from '../errors.ts'
import { cloneAccess, gitUrlOf } from '../github/clone-source.ts'
import { fetchPullRequest, isOnBranch } from '../github/public-pull-request.ts'
import { parseEvidenceBlock } from '../render/evidence-block.ts'
import type { Ledger } from '../run/ledger.ts'
import { workPatch } from '../run/outcome.ts'
import type { Run } from '../run/run.ts'
import type { CloneSource } from '../task/task-host.ts'
import { type Evidence, evidenceArtifact, evidenceSchema } from '../verify/evidence.ts'
import { withRun } from './find-run.ts'

export interface TravellingProof {
  evidence: Evidence
  repositoryKey: string
  /** `revoke` is called when git is done. */
  clone: CloneSource & { revoke(): Promise<void> }
  change:
    | { kind: 'patch'; patch: string }
    /** Its tree is the verified one. */
    | { kind: 'commit'; commit: string }
    /** There is nothing that could be measured again, and why. */
    | { kind: 'none'; reason: string }
  notes: string[]
}

/** Throws `invalid_input`: `run_unknown`, `not_a_pull_request`, `github_not_found`, `no_evidence`, `other_github`. */
export async function findProof(of: string, config: Config, log: Logger): Promise<TravellingProof> {
  const pull = parsePullRequestAddress(of)
  if (pull !== undefined) return ofPullRequest(pull, config)
  if (/[/#]/.test(of)) throw notAPullRequest(of)
  return ofRun(of, config, log)
}

/** An id of a run has none of these signs. */
function notAPullRequest(of: string): Fault {
  return new Fault('invalid_input', 'not_a_pull_request', `${of} is not the address of a pull request.`, {
    mend: 'Give https://github.com/OWNER/REPO/pull/NUMBER, OWNER/REPO#NUMBER, or the id of a run.',
  })
}

interface PullRequestAddress {
  /** Undefined for `owner/repo#12`. */
  host: string | undefined
  owner: string
  repo: string
  number: number
}

function parsePullRequestAddress(of: string): PullRequestAddress | undefined {
  const [, host, ...address] = /^https?:\/\/([^/]+)\/([\w.-]+)\/([\w.-]+)\/pull\/(\d+)(?:[/?#].*)?$/.exec(of) ?? []
  const short = /^([\w.-]+)\/([\w.-]+)#(\d+)$/.exec(of)?.slice(1)
  const [owner, repo, number] = host === undefined ? (short ?? []) : address
  return owner && repo && number ? { host, owner, repo, number: Number(number) } : undefined
}

async function ofPullRequest(
  { host, owner, repo, number }: PullRequestAddress,
  { githubApiUrl: apiUrl, githubToken: token }: Config,
): Promise<TravellingProof> {
  if (host !== undefined) askHost(host, apiUrl)
  const access = { apiUrl, token }
  const { body, baseBranch, commits, clone } = await fetchPullRequest({ owner, repo, number }, access)
  const evidence = parseEvidenceBlock(body)
  if (evidence === undefined) throw noEvidence(`The description of ${owner}/${repo}#${number} holds no evidence`)
  const at = commits.findLastIndex(({ tree }) => tree === evidence.tree)
  const base = { commit: evidence.baseCommit, branch: baseBranch }
  const proof = {
    evidence,
    repositoryKey: `github:${owner}/${repo}`.toLowerCase(),
    clone: { ...clone, revoke },
    notes: at === -1 ? [] : laterCommits(commits.length - 1 - at),
  }
  const commit = commits[at]?.sha
  if (commit === undefined)
    return { ...proof, change: nothing('no commit of this pull request holds the verified tree any more') }
  // Anybody can write a description: what its checks are taken from must be what the change is for, and no commit of its own.
  if (!(await isOnBranch({ owner, repo }, base, access)))
    return { ...proof, change: nothing(`its base commit ${base.commit} is not on ${baseBranch}`) }
  return { ...proof, change: { kind: 'commit', commit } }
}

function nothing(reason: string): TravellingProof['change'] {
  return { kind: 'none', reason }
}

function laterCommits(count: number): string[] {
  if (count === 0) return []
  return [
    `${count} later ${count === 1 ? 'commit' : 'commits'} of this pull request ${count === 1 ? 'was' : 'were'} not verified.`,
  ]
}

/** A token must never reach another server than the one it was configured for. */
function askHost(host: string, apiUrl: string): void {
  const known = new URL(gitUrlOf(apiUrl, 'owner', 'repo')).host
  if (host === known) return
  throw new Fault('invalid_input', 'other_github', `${host} is not the GitHub of this configuration, ${known}.`, {
    mend: `Set GITHUB_API_URL to the API of ${host}, and GITHUB_TOKEN to a token for it.`,
  })
}

function ofRun(runId: string, config: Config, log: Logger): Promise<TravellingProof> {
  return withRun(config, runId, async (run, ledger) => {
    const evidence = await recordedEvidence(run, ledger)
    const patch = await ledger.artifact(run.id, workPatch)
    if (evidence === undefined || patch === undefined) throw noEvidence(`Run ${runId} left no evidence`)
    return {
      evidence,
      repositoryKey: run.repositoryKey,
      clone: await cloneOf(run, config, log),
      change: { kind: 'patch', patch: patch.toString('utf8') },
      notes: [],
    }
  })
}

async function recordedEvidence({ id }: Run, ledger: Ledger): Promise<Evidence | undefined> {
  const text = await ledger.artifact(id, evidenceArtifact)
  return text && evidenceSchema.parse(JSON.parse(text.toString('utf8')))
}

/** With the App where this machine has it, else with a personal token or none. */
async function cloneOf({ task: { source } }: Run, config: Config, log: Logger): Promise<TravellingProof['clone']> {
  if (source.kind === 'local') return { url: source.repository, env: {}, revoke }
  const { owner, repo, installationId } = source
  if (config.github) return composeGitHub(config, log).repository(installationId, owner, repo).cloneSource()
  const url = gitUrlOf(config.githubApiUrl, owner, repo)
  return { url, env: config.githubToken ? cloneAccess(url, config.githubToken) : { GIT_TERMINAL_PROMPT: '0' }, revoke }
}

/** Nothing was minted. */
async function revoke(): Promise<void> {}

function noEvidence(what: string): Fault {
  return new Fault('invalid_input', 'no_evidence', `${what}, so there is nothing to compare with.`, {
    mend: 'Evidence is kept by runs that changed something, and in the descriptions of their pull requests.',
  })
}
