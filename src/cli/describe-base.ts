import { composeRepositories } from '../compose/repositories.ts'
import type { Config } from '../config.ts'
import { policyPath } from '../policy/policy.ts'
import type { LocalBase } from './local-base.ts'
import { repositoryAddress } from './repository-address.ts'

/** Where a run starts from as the repository stands now. Throws `invalid_input` faults for what the user gave. */
export async function describeBase(
  config: Config,
  { repo, base }: { repo: string; base?: string },
): Promise<LocalBase> {
  const { repositories, workspaces } = composeRepositories(config)
  const address = repositoryAddress(repo)
  const found = address
    ? await repositories.describeRemote(address, base)
    : await repositories.describeLocal(repo, base)
  const { root, baseBranch, baseCommit, uncommitted } = found
  const repositoryKey = `local:${root}`
  const peek = await workspaces.open({
    repositoryKey,
    url: root,
    env: {},
    commit: baseCommit,
    runId: `look-${process.pid}`,
  })
  try {
    const notes = uncommitted.length > 0 ? [`Uncommitted work is not part of this run: ${listed(uncommitted)}.`] : []
    return { repository: root, baseBranch, baseCommit, policyText: await peek.readBase(policyPath), notes }
  } finally {
    await peek.close()
  }
}

function listed(paths: string[]): string {
  const shown = paths.slice(0, 5).join(', ')
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown
}
