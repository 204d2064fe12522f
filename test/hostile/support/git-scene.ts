// A repository of the attacker, our git on it, and what must not be reached. Without the defence: git as a user has it.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { createGitWorkspaces } from '../../../src/workspace/git-workspaces.ts'
import type { Workspace } from '../../../src/workspace/workspace.ts'
import { commitAll, type Files, git, write } from '../../workspace/sources.ts'
import { type Defence, inScenes } from './hostile-case.ts'

export interface GitScene extends AsyncDisposable {
  defence: Defence
  token: string
  /** The attacker's repository; has one commit. */
  source: string
  /** Absolute path of a file that does not exist until something is run. */
  canary: string
  /** A shell line that makes the canary. */
  payload: string
  /** Not the attacker's. */
  outside: string
  write(files: Files): Promise<void>
  commit(): Promise<string>
  git(...args: string[]): Promise<string>
  /** A work tree of the source's head, with a decoy that the attacker may write. */
  open(commit?: string): Promise<OpenTree>
  sang(): boolean
  onEnd(work: () => unknown): void
}

/** What is done with every work tree. */
export interface OpenTree extends Pick<Workspace, 'tree' | 'home' | 'checkpoint' | 'restore'> {
  /** Paths that a checkpoint changes, with their contents. */
  changed(treeSha: string): Promise<Record<string, string>>
  /** The patch of a checkpoint. */
  patch(treeSha: string): Promise<string>
}

export const gitCase = inScenes('git', openGitScene)

async function openGitScene(defence: Defence): Promise<GitScene> {
  const root = await mkdtemp(join(tmpdir(), 'draftsmith-attack-'))
  const [source, outside, canary] = [join(root, 'source'), join(root, 'outside'), join(root, 'canary')]
  await mkdir(outside)
  await git(root, ['init', '--quiet', '--initial-branch=main', source])
  await write(source, { 'a.txt': 'one\n', 'folder/b.txt': 'b\n' })
  await commitAll(source)
  const endings: (() => unknown)[] = [() => rm(root, { recursive: true, force: true })]
  const workspaces = createGitWorkspaces({ root: join(root, 'data'), hostEnv: process.env })
  let runs = 0
  return {
    defence,
    token: `TOKEN-${randomBytes(12).toString('hex')}`,
    source,
    outside,
    canary,
    payload: `touch ${canary}`,
    write: (files) => write(source, files),
    commit: () => commitAll(source),
    git: (...args) => git(source, args),
    sang: () => existsSync(canary),
    onEnd: (work) => void endings.unshift(work),
    async open(commit) {
      const at = commit ?? (await git(source, ['rev-parse', 'HEAD']))
      runs += 1
      if (defence === 'off') return openBare(source, join(root, `clone-${runs}`), at)
      const request = { repositoryKey: 'local:source', url: source, env: {}, commit: at, runId: `r-${runs}` }
      return guarded(await workspaces.open(request))
    },
    async [Symbol.asyncDispose]() {
      for (const end of endings) await end()
    },
  }
}

function guarded(workspace: Workspace): OpenTree {
  return {
    tree: workspace.tree,
    home: workspace.home,
    checkpoint: workspace.checkpoint,
    restore: workspace.restore,
    patch: async (treeSha) => (await workspace.diff(treeSha)).text,
    async changed(treeSha) {
      const changes = await workspace.changes(treeSha)
      return Object.fromEntries(changes.map(({ path, blob }) => [path, blob?.content.toString() ?? '']))
    },
  }
}

/** A clone with its git directory inside, and the commands that everybody types. */
async function openBare(source: string, folder: string, commit: string): Promise<OpenTree> {
  const [tree, home] = [join(folder, 'tree'), join(folder, 'home')]
  await mkdir(home, { recursive: true })
  // `-c` stands for a user who allows what submodules of a repository need.
  const run = async (args: string[], cwd = tree) => {
    const env = {
      HOME: home,
      GIT_AUTHOR_NAME: 'x',
      GIT_AUTHOR_EMAIL: 'x',
      GIT_COMMITTER_NAME: 'x',
      GIT_COMMITTER_EMAIL: 'x',
    }
    return (await execa('git', ['-c', 'protocol.file.allow=always', ...args], { cwd, env })).stdout
  }
  await run(['clone', '--quiet', '--recurse-submodules', source, tree], home)
  await run(['checkout', '--quiet', '--detach', commit])
  return {
    tree,
    home,
    async checkpoint() {
      await run(['add', '--all'])
      return run(['write-tree'])
    },
    restore: async (treeSha) => void (await run(['read-tree', '--reset', '-u', treeSha])),
    patch: (treeSha) => run(['diff', 'HEAD', treeSha]),
    async changed(treeSha) {
      const names = (await run(['diff', '--no-ext-diff', '--name-only', '-z', 'HEAD', treeSha]))
        .split('\0')
        .filter(Boolean)
      const contents = names.map((name) => run(['show', `${treeSha}:${name}`]).catch(() => ''))
      return Object.fromEntries((await Promise.all(contents)).map((content, at) => [names[at], content]))
    },
  }
}

/** Does with a work tree what a run does; what fails by the attacker's doing does not end it. */
export async function useAll(tree: OpenTree): Promise<void> {
  const ignore = () => undefined
  const treeSha = await tree.checkpoint().catch(ignore)
  if (treeSha === undefined) return
  await tree.patch(treeSha).catch(ignore)
  await tree.changed(treeSha).catch(ignore)
  await tree.restore(treeSha).catch(ignore)
}

export async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '')
}
