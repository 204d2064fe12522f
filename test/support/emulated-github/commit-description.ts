// Commits and changed files as the API describes them.

import type { BareRepository, CommitObject, Identity } from './bare-repository.ts'
import type { Json } from './json.ts'
import { mend } from './mend.ts'
import type { HostedRepository } from './repository.ts'
import type { World } from './world.ts'

/** As `git/commits` has it. */
export function describeGitCommit({ url }: World, { fullName }: HostedRepository, commit: CommitObject): Json {
  const at = (sha: string) => `${url}/repos/${fullName}/git/commits/${sha}`
  const page = (sha: string) => `${url}/${fullName}/commit/${sha}`
  return {
    sha: commit.sha,
    node_id: Buffer.from(`Commit${commit.sha}`).toString('base64'),
    url: at(commit.sha),
    html_url: page(commit.sha),
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${url}/repos/${fullName}/git/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({ sha, url: at(sha), html_url: page(sha) })),
    verification: verification(commit),
  }
}

/** As `commits` has it. */
export async function describeCommit(world: World, repository: HostedRepository, sha: string): Promise<Json> {
  const commit = await repository.git.commit(sha)
  const described = describeGitCommit(world, repository, commit)
  const { author, committer, message, tree, verification: verified } = described
  const at = `${world.url}/repos/${repository.fullName}/commits/${sha}`
  return {
    sha,
    node_id: described.node_id,
    url: at,
    html_url: described.html_url,
    comments_url: `${at}/comments`,
    commit: { author, committer, message, tree, verification: verified, url: described.url, comment_count: 0 },
    author: await accountOf(world, commit.author),
    committer: await accountOf(world, commit.committer),
    parents: described.parents,
  }
}

/** Changed files with patches, renames not followed. */
export async function describeFiles(
  world: World,
  repository: HostedRepository,
  base: string,
  head: string,
): Promise<Json[]> {
  const { git, fullName } = repository
  const range = [base, head]
  const counts = split(await git.git(['diff', '--no-renames', '--numstat', '-z', ...range]))
  const statuses = split(await git.git(['diff', '--no-renames', '--raw', '--no-abbrev', '-z', ...range]))
  return Promise.all(
    counts.map(async (line, index) => {
      const [additions = '0', deletions = '0', ...rest] = line.split('\t')
      const filename = rest.join('\t')
      const [, , , sha = '', status = 'M'] = (statuses[index * 2] ?? '').split(' ')
      const binary = additions === '-'
      return {
        sha: status === 'D' ? null : sha,
        filename,
        status: STATUS[status] ?? 'modified',
        additions: binary ? 0 : Number(additions),
        deletions: binary ? 0 : Number(deletions),
        changes: binary ? 0 : Number(additions) + Number(deletions),
        contents_url: `${world.url}/repos/${fullName}/contents/${encodeURIComponent(filename)}?ref=${head}`,
        ...(binary ? {} : { patch: await patchOf(git, base, head, filename) }),
      }
    }),
  )
}

const STATUS: Record<string, string> = { A: 'added', D: 'removed', M: 'modified', T: 'changed' }

function split(output: Buffer): string[] {
  return output.toString().split('\0').filter(Boolean)
}

async function patchOf(git: BareRepository, base: string, head: string, path: string): Promise<string> {
  const diff = (await git.git(['diff', '--no-renames', base, head, '--', path])).toString()
  return diff.slice(Math.max(diff.indexOf('\n@@') + 1, 0)).trimEnd()
}

function verification(commit: CommitObject): Json {
  const verified = commit.signature !== undefined
  return {
    verified,
    reason: verified ? 'valid' : 'unsigned',
    signature: commit.signature ?? null,
    payload: verified ? commit.payload : null,
    verified_at: verified ? commit.committer.date : null,
  }
}

/** The account behind `login@users.noreply.github.com` or `id+login@…`. */
async function accountOf(world: World, { email }: Identity): Promise<unknown> {
  const login = /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(email)?.[1]
  if (!login) return null
  const answer = await world.upstream.ask({ user: 'admin' }, 'GET', `/users/${encodeURIComponent(login)}`)
  return answer.status === 200 ? mend(world, undefined, answer.body) : null
}
