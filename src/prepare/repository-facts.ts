// What is kept of how a repository was understood: which commands and how sure, whose words, whose code.
import { ownersOfAll } from '../toolchain/code-owners.ts'
import type { Certainty, RepositorySnapshot } from '../toolchain/toolchain.ts'

export interface RepositoryFacts {
  commands: { id: string; line: string; from: string; certainty: Certainty }[]
  /** Paths of files with instructions, those of folders last. */
  instructions: string[]
  /** Owners of the files that the task is about, most files first, as CODEOWNERS names them. */
  owners: string[]
}

/** `paths`: what the task is about. */
export function repositoryFacts(snapshot: RepositorySnapshot, paths: string[]): RepositoryFacts {
  const { installs, checks, instructions, nestedInstructions, owners } = snapshot
  const all = [...installs.map((install) => ({ ...install, id: 'install' })), ...checks]
  return {
    commands: all.map(({ id, line, from, certainty }) => ({ id, line, from, certainty })),
    instructions: [...instructions, ...nestedInstructions].map(({ path }) => path),
    owners: ownersOfAll(owners, paths).map(({ owner }) => owner),
  }
}
