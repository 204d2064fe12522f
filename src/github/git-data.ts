// Publishing by the Git Data API: GitHub signs such commits, and no working copy ever holds a token that can write.
import pLimit from 'p-limit'
import { Fault } from '../errors.ts'
import type { TreeChange } from '../publish/publication.ts'
import type { GitHubRepository } from './github.ts'
import { statusOf, wordsOf } from './github-faults.ts'
import { type RepositorySession, steps } from './installation-token.ts'
import type { Client } from './octokit-client.ts'
import { type Place, readHead } from './repository-reads.ts'

type GitData = Pick<GitHubRepository, 'createCommit' | 'setBranch'>
type CommitOptions = Parameters<GitHubRepository['createCommit']>[0]

/** Blobs sent at once; GitHub advises against many writes in parallel. */
const parallelBlobs = 4

export function gitData(session: RepositorySession, place: Place): GitData {
  return {
    createCommit: (options) =>
      session.use(steps.writeCode, 'create the commit', (client) => createCommit(client, place, options)),
    setBranch: (branch, commit, from) =>
      session.use(steps.writeCode, `set branch ${branch}`, (client) =>
        from === undefined
          ? createBranch(client, place, branch, commit)
          : forwardBranch(client, place, { branch, commit, from }),
      ),
  }
}

async function createCommit(client: Client, place: Place, options: CommitOptions): Promise<string> {
  const { data: base } = await client.rest.git.getCommit({ ...place, commit_sha: options.baseCommit })
  const limit = pLimit(parallelBlobs)
  const entries = await Promise.all(options.changes.map((change) => limit(() => treeEntry(client, place, change))))
  const tree = await createTree(client, place, base.tree.sha, entries)
  if (tree !== options.expectedTree) throw treeMismatch(tree, options.expectedTree)
  const { data } = await client.rest.git.createCommit({
    ...place,
    message: options.message,
    tree,
    parents: [options.parent ?? options.baseCommit],
  })
  return data.sha
}

interface TreeEntry {
  path: string
  mode: '100644' | '100755' | '120000'
  type: 'blob'
  /** `null` deletes. */
  sha: string | null
}

async function treeEntry(client: Client, place: Place, { path, blob }: TreeChange): Promise<TreeEntry> {
  if (blob === null) return { path, mode: '100644', type: 'blob', sha: null }
  const content = blob.content.toString('base64')
  const { data } = await client.rest.git.createBlob({ ...place, content, encoding: 'base64' })
  return { path, mode: blob.mode, type: 'blob', sha: data.sha }
}

/** `base_tree` has to be a tree's own SHA; GitHub takes a commit's too, but then answers differ between servers. */
async function createTree(client: Client, place: Place, baseTree: string, tree: TreeEntry[]): Promise<string> {
  if (tree.length === 0) return baseTree
  const { data } = await client.rest.git.createTree({ ...place, base_tree: baseTree, tree })
  return data.sha
}

function treeMismatch(got: string, expected: string): Fault {
  return new Fault('conflict', 'tree_mismatch', `GitHub's tree is ${got}, the verified one is ${expected}.`, {
    mend: 'Nothing was published. Start the run again; if it happens twice, report it with the run id.',
    data: { got, expected },
  })
}

async function createBranch(client: Client, place: Place, branch: string, commit: string): Promise<void> {
  try {
    await client.rest.git.createRef({ ...place, ref: `refs/heads/${branch}`, sha: commit })
  } catch (thrown) {
    throwIfRuleRefuses(thrown, branch)
    if (statusOf(thrown) !== 422) throw thrown
    // "Reference already exists": ours where an earlier attempt was not told of its success.
    const head = await readHead(client, place, branch)
    if (head === undefined) throw thrown
    if (head !== commit) throw branchTaken(branch, head, thrown)
  }
}

interface Forward {
  branch: string
  commit: string
  from: string
}

async function forwardBranch(client: Client, place: Place, { branch, commit, from }: Forward): Promise<void> {
  const head = await readHead(client, place, branch)
  if (head === commit) return
  if (head !== from) throw branchTaken(branch, head)
  try {
    await client.rest.git.updateRef({ ...place, ref: `heads/${branch}`, sha: commit, force: false })
  } catch (thrown) {
    throwIfRuleRefuses(thrown, branch)
    if (statusOf(thrown) === 422) throw branchTaken(branch, head, thrown)
    throw thrown
  }
}

/** GitHub has no code for it: rulesets and branch protection are told apart from other 403, 409 and 422 by words alone. */
function throwIfRuleRefuses(thrown: unknown, branch: string): void {
  const words = wordsOf(thrown)
  if (!/rule violations|ruleset|protected (branch|ref)|being restricted|not authorized to push/i.test(words)) return
  throw new Fault('invalid_input', 'ruleset_refused', `A rule of the repository refuses branch ${branch}: ${words}`, {
    mend: 'Let the App bypass the rule for its branches, or choose another pullRequest.branchPrefix in .github/draftsmith.yml.',
    data: { branch },
    cause: thrown,
  })
}

function branchTaken(branch: string, head: string | undefined, cause?: unknown): Fault {
  return new Fault('conflict', 'branch_taken', `Branch ${branch} holds other work (${head ?? 'it was deleted'}).`, {
    mend: 'Rename or delete that branch, then start the run again.',
    data: { branch, head },
    cause,
  })
}
