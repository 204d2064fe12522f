// From a verified tree to branch and draft pull request. Each step looks for what an earlier attempt left before it makes anything.
import { Fault, toFault } from '../errors.ts'
import { type OnPushed, ownAddress, type Publication, type PublishRequest } from '../publish/publication.ts'
import { chooseReviewers } from './choose-reviewers.ts'
import type { GitHubRepository } from './github.ts'

export interface PublishingOptions {
  repository: GitHubRepository
  /** Right before each write; throws when the run is another worker's or was asked to stop. */
  fence(): Promise<void>
  onPushed: OnPushed | undefined
  /** The run that a commit of ours names in its trailer; undefined for anybody else's commit. */
  runOf(commitMessage: string): string | undefined
}

export async function publish(request: PublishRequest, options: PublishingOptions): Promise<Publication> {
  if (request.form === 'patch') return { form: 'patch', notes: [] }
  const published = await publishBranch(request, options)
  await options.onPushed?.(published)
  if (request.form === 'branch') return { form: 'branch', ...published, notes: [] }
  const { pullRequest, notes } = await publishPullRequest(request, published, options)
  return { form: 'draft', ...published, pullRequest, notes }
}

interface PublishedBranch {
  branch: string
  commitSha: string
}

/** Earlier runs may have left this many branches of one issue; a tenth attempt is a sign of something else. */
const mostBranches = 9

async function publishBranch(request: PublishRequest, options: PublishingOptions): Promise<PublishedBranch> {
  for (let attempt = 1; attempt <= mostBranches; attempt += 1) {
    const branch = attempt === 1 ? request.branch : `${request.branch}-${attempt}`
    const use = await howToUse(branch, request, options)
    if (use.kind === 'attach') return { branch, commitSha: use.head }
    if (use.kind === 'free') return { branch, commitSha: await write(branch, undefined, request, options) }
    if (use.kind === 'continue') return { branch, commitSha: await write(branch, use.head, request, options) }
  }
  throw taken(request.branch, `${mostBranches} branches of earlier runs exist`)
}

type BranchUse = { kind: 'free' } | { kind: 'attach' | 'continue'; head: string } | { kind: 'next' }

async function howToUse(branch: string, request: PublishRequest, options: PublishingOptions): Promise<BranchUse> {
  const { repository, runOf } = options
  const head = await repository.head(branch)
  if (head === undefined) return { kind: 'free' }
  const commit = await repository.commit(head)
  const run = commit.ours ? runOf(commit.message) : undefined
  if (run === undefined) throw taken(branch, `${head} is not a commit of ours`)
  if (run === request.runId && commit.tree === request.treeSha) return { kind: 'attach', head }
  // On another base the pull request would show more than the verified change.
  return (await repository.isAncestor(request.baseCommit, head)) ? { kind: 'continue', head } : { kind: 'next' }
}

async function write(
  branch: string,
  from: string | undefined,
  request: PublishRequest,
  { repository, fence }: PublishingOptions,
): Promise<string> {
  await fence()
  const commit = await repository.createCommit({
    baseCommit: request.baseCommit,
    ...(from === undefined ? {} : { parent: from }),
    changes: request.changes,
    expectedTree: request.treeSha,
    message: request.commitMessage,
  })
  await fence()
  await repository.setBranch(branch, commit, from)
  return commit
}

async function publishPullRequest(request: PublishRequest, published: PublishedBranch, options: PublishingOptions) {
  const { repository, fence, onPushed } = options
  await fence()
  const { title, baseBranch: base } = request
  const { body: text } = request
  const pull = await repository.createPullRequest({ head: published.branch, base, title, body: text, draft: true })
  const body = text.replaceAll(ownAddress, pull.url)
  await onPushed?.({ ...published, pullRequest: pull.url })
  const notes = [...pull.notes]
  if (pull.title !== title || pull.body !== body) {
    await fence()
    await repository.updatePullRequest(pull.number, { title, body })
  }
  notes.push(...(await labelAndAsk(pull.number, request, options)))
  return { pullRequest: { number: pull.number, url: pull.url }, notes }
}

async function labelAndAsk(
  number: number,
  request: PublishRequest,
  { repository, fence }: PublishingOptions,
): Promise<string[]> {
  await fence()
  const unlabelled = await asNotes('Labels were not set', async () => {
    await repository.addLabels(number, request.labels)
    return []
  })
  await fence()
  const unasked = await asNotes('No review was requested', async () =>
    repository.requestReviewers(number, await chooseReviewers(request, repository)),
  )
  return [...unlabelled, ...unasked]
}

/** Labels and reviewers are not worth a failed run; what the network broke is tried again with the whole step. */
async function asNotes(what: string, call: () => Promise<string[]>): Promise<string[]> {
  try {
    return await call()
  } catch (thrown) {
    const fault = toFault(thrown)
    if (fault.class !== 'invalid_input') throw fault
    return [`${what}: ${fault.message}`]
  }
}

function taken(branch: string, why: string): Fault {
  return new Fault('conflict', 'branch_taken', `Branch ${branch} holds other work: ${why}.`, {
    mend: 'Rename or delete that branch, then start the run again.',
    data: { branch },
  })
}
