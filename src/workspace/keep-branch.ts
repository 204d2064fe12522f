// The work of a run, as one commit on a new branch of the user's repository.
import { join } from 'node:path'
import { Fault } from '../errors.ts'
import type { Git, GitCall } from './git.ts'
import { gitReason } from './git.ts'
import type { KeepBranchRequest } from './local-repositories.ts'
import type { Located } from './located.ts'
import { applyPatch } from './patch.ts'
import { commitMissing } from './repository-faults.ts'

export interface KeepBranchCall extends KeepBranchRequest {
  located: Located
  /** A git directory of ours that sees the repository's objects. */
  gitDir: string
  date: Date
}

const noCommit = '0'.repeat(40)

export async function keepBranch(git: Git, call: KeepBranchCall): Promise<{ commitSha: string }> {
  const { gitDir, branch, treeSha, baseCommit } = call
  const ref = `refs/heads/${branch}`
  await checkBranchName(git, gitDir, branch)
  const there = await commitAt(git, call.located, ref)
  if (there !== undefined) return { commitSha: await sameWork(git, call, there) }

  // New objects go straight to the user's repository; nothing refers to them until the branch does.
  const env = { GIT_OBJECT_DIRECTORY: join(call.located.commonDir, 'objects') }
  if (!(await git.attempt(['cat-file', '-e', `${baseCommit}^{commit}`], { gitDir })).ok) throw commitMissing(baseCommit)
  const made = await applyPatch(git, gitDir, { base: baseCommit, text: call.patch, env })
  if (made !== treeSha) throw treeMismatch(treeSha, made)
  const commitSha = await commitTree(git, call, { gitDir, env })
  await createRef(git, call, { ref, commitSha })
  return { commitSha }
}

/** What `git branch` would refuse, too: such a name could be taken for an option later. */
async function checkBranchName(git: Git, gitDir: string, branch: string): Promise<void> {
  const valid = !branch.startsWith('-') && branch !== 'HEAD'
  if (valid && (await git.attempt(['check-ref-format', `refs/heads/${branch}`], { gitDir })).ok) return
  throw new Fault('invalid_input', 'bad_branch_name', `\`${branch}\` cannot be the name of a branch.`, {
    mend: 'Choose another branch prefix.',
  })
}

async function commitAt(git: Git, located: Located, ref: string): Promise<string | undefined> {
  const result = await git.attempt(['rev-parse', '--verify', '--quiet', ref], { gitDir: located.gitDir })
  return result.ok ? result.stdout.toString('latin1').trim() : undefined
}

/** The same work is a commit with this tree, this parent and this message: an earlier attempt of ours, perhaps before a crash. */
async function sameWork(git: Git, call: KeepBranchCall, commit: string): Promise<string> {
  const text = (await git.run(['cat-file', 'commit', commit], { gitDir: call.gitDir })).toString('utf8')
  const end = text.indexOf('\n\n')
  const head = text.slice(0, end)
  const parents = [...head.matchAll(/^parent (.+)$/gm)].map(([, parent]) => parent)
  const same =
    head.startsWith(`tree ${call.treeSha}\n`) &&
    parents.join() === call.baseCommit &&
    text.slice(end + 2).trim() === call.message.trim()
  if (same) return commit
  throw branchExists(call.branch, commit)
}

async function commitTree(git: Git, request: KeepBranchCall, call: GitCall): Promise<string> {
  const { name, email } = request.author
  const date = `${Math.floor(request.date.getTime() / 1000)} +0000`
  const env = {
    ...call.env,
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  }
  const args = ['commit-tree', '-p', request.baseCommit, '-F', '-', request.treeSha]
  return (await git.run(args, { ...call, env, input: `${request.message.trimEnd()}\n` })).toString('latin1').trim()
}

/** Names "not there" as the old value: a branch that came up meanwhile is never overwritten. */
async function createRef(git: Git, call: KeepBranchCall, { ref, commitSha }: { ref: string; commitSha: string }) {
  const args = ['update-ref', '-m', 'draftsmith: keep the work of a run', ref, commitSha, noCommit]
  const result = await git.attempt(args, { gitDir: call.located.gitDir })
  if (result.ok) return
  const there = await commitAt(git, call.located, ref)
  throw branchExists(call.branch, there, gitReason(result.stderr))
}

function branchExists(branch: string, commit: string | undefined, reason?: string): Fault {
  const message =
    commit === undefined
      ? `The branch \`${branch}\` cannot be made: ${reason}`
      : `The branch \`${branch}\` exists already with other work.`
  return new Fault('conflict', 'branch_exists', message, {
    mend: 'Rename or delete that branch, or choose another branch prefix.',
    data: { branch, commit },
  })
}

function treeMismatch(expected: string, made: string): Fault {
  return new Fault('defect', 'tree_mismatch', 'The patch does not make the tree that was verified.', {
    data: { expected, made },
  })
}
