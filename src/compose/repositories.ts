// Mirrors, work trees and kept dependencies below the data folder.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { DependencyCache } from '../toolchain/dependency-cache.ts'
import { createFolderDependencyCache } from '../workspace/folder-dependency-cache.ts'
import { createGit } from '../workspace/git.ts'
import { createGitLocalRepositories } from '../workspace/git-local-repositories.ts'
import { createGitWorkspaces } from '../workspace/git-workspaces.ts'
import type { LocalRepositories } from '../workspace/local-repositories.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import { clock } from './process.ts'

/** Of the service: work trees of all its runs. */
export function serviceWorkspaces(config: Config): Workspaces {
  return createGitWorkspaces({ ...mirrorOptions(config), root: config.dataDir })
}

/**
 * For local runs: repositories on this machine, and work trees outside of them. In a folder of their own, since a service
 * that starts removes the work trees of all runs that its ledger does not know.
 */
export function composeRepositories(config: Config): { repositories: LocalRepositories; workspaces: Workspaces } {
  const options = { ...mirrorOptions(config), root: join(config.dataDir, 'local') }
  return { repositories: createGitLocalRepositories(options), workspaces: createGitWorkspaces(options) }
}

function mirrorOptions({ hostEnv, mirrorCacheMiB }: Config) {
  return { hostEnv, mirrorBytes: mirrorCacheMiB * 1024 * 1024 }
}

/** What git says of its version. Throws `infrastructure`/`git_not_started` where there is none. */
export async function gitVersion({ hostEnv }: Config): Promise<string> {
  const said = await createGit({ hostEnv, home: tmpdir() }).run(['version'])
  return said.toString('utf8').trim()
}

/** One for the service and for local runs: whose dependencies they are stands in their keys. */
export function composeDependencyCache(
  { dataDir, dependencyCacheMiB }: Config,
  log: Logger,
): DependencyCache | undefined {
  if (dependencyCacheMiB === 0) return undefined
  return createFolderDependencyCache({
    root: join(dataDir, 'dependencies'),
    maxBytes: dependencyCacheMiB * 1024 * 1024,
    now: clock,
    note: (message, cause) => log.warn({ err: cause }, message),
  })
}
