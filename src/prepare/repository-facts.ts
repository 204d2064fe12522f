// What is kept of how a repository was understood: which commands and how sure, whose words, whose code.
import type { Certainty, RepositorySnapshot } from '../toolchain/toolchain.ts'

export interface RepositoryFacts {
  commands: { id: string; line: string; from: string; certainty: Certainty }[]
  /** Paths of files with instructions, those of folders last. */
  instructions: string[]
  /** Owners of the files that the task is about and that may change, most files first, as CODEOWNERS names them. */
  owners: string[]
}

export function repositoryFacts(snapshot: RepositorySnapshot, owners: string[]): RepositoryFacts {
  const { installs, checks, instructions, nestedInstructions } = snapshot
  const all = [...installs.map((install) => ({ ...install, id: 'install' })), ...checks]
  return {
    commands: all.map(({ id, line, from, certainty }) => ({ id, line, from, certainty })),
    instructions: [...instructions, ...nestedInstructions].map(({ path }) => path),
    owners,
  }
}
