// Whose part of the repository a task is about: what a label says of it, then whom CODEOWNERS names for its files.
import { mayChange } from '../policy/paths.ts'
import type { Policy } from '../policy/policy.ts'
import type { TaskContract } from '../task/contract.ts'
import { ownersOfAll } from '../toolchain/code-owners.ts'
import type { RepositorySnapshot } from '../toolchain/toolchain.ts'

interface Known {
  policy: Policy
  bench: { snapshot: Pick<RepositorySnapshot, 'owners'> }
}

/** Owners of the named files that may change, most files first. */
export function ownersInScope(contract: TaskContract, { policy, bench }: Known): string[] {
  const paths = contract.affectedFiles.filter((path) => mayChange(path, contract, policy).allowed)
  return ownersOfAll(bench.snapshot.owners, paths).map(({ owner }) => owner)
}

/** The contract as it is where nobody owns its files. */
export function withOwners(contract: TaskContract, owners: string[]): TaskContract {
  if (owners.length === 0) return contract
  const { ownerArea } = contract
  return { ...contract, ownerArea: [...(ownerArea === undefined ? [] : [ownerArea]), ...owners].join(', ') }
}
