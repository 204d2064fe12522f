// Real repositories in folders of their own, and the workspaces under test beside them.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { createGitWorkspaces } from '../../src/workspace/git-workspaces.ts'
import type { Workspace, Workspaces } from '../../src/workspace/workspace.ts'

const author = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.org', GIT_AUTHOR_DATE: '2026-01-05T10:00:00Z' }
const committer = {
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
  GIT_COMMITTER_DATE: '2026-01-05T10:00:00Z',
}

/** Git as a user of the machine would run it, apart from the machine's own configuration. */
export async function git(cwd: string, args: string[], options: { env?: Record<string, string>; input?: string } = {}) {
  const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', ...author, ...committer, ...options.env }
  const result = await execa('git', args, { cwd, env, input: options.input ?? '' })
  return result.stdout
}

export type Files = Record<string, string | Buffer>

export async function write(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}

/** Commits everything in the folder and answers the SHA. */
export async function commitAll(folder: string, message = 'change'): Promise<string> {
  await git(folder, ['add', '--all', '--force'])
  await git(folder, ['commit', '--quiet', '--allow-empty', '-m', message])
  return git(folder, ['rev-parse', 'HEAD'])
}

export interface Bench {
  folder: string
  /** The repository that is cloned. */
  source: string
  /** The data folder of the workspaces. */
  root: string
  workspaces: Workspaces
  /** A work tree at the commit, HEAD of the source by default. */
  open(commit?: string, runId?: string): Promise<Workspace>
}

/** An empty source repository and workspaces that work on it. */
export async function openBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'draftsmith-workspace-'))
  const source = join(folder, 'source')
  const root = join(folder, 'data')
  await git(folder, ['init', '--quiet', '--initial-branch=main', source])
  const workspaces = createGitWorkspaces({ root, hostEnv: process.env })
  return {
    folder,
    source,
    root,
    workspaces,
    async open(commit, runId = 'r-0000000001') {
      const at = commit ?? (await git(source, ['rev-parse', 'HEAD']))
      return workspaces.open({ repositoryKey: `local:${source}`, url: source, env: {}, commit: at, runId })
    },
  }
}

export async function closeBench(bench: Bench): Promise<void> {
  await rm(bench.folder, { recursive: true, force: true })
}
