// The list of a tree's files, asked of git only when it can have changed: a process is most of what a look takes.
import type { Tool } from './tools.ts'

export interface KnownFiles {
  list(): Promise<string[]>
  /** The tool, after which the list is asked for anew. */
  changedBy<E>(tool: Tool<E>): Tool<E>
}

/** Right as long as nothing but these tools changes the tree. */
export function knownFiles(ask: () => Promise<string[]>): KnownFiles {
  let known: Promise<string[]> | undefined
  const forget = () => {
    known = undefined
  }
  return {
    async list() {
      const asked = known ?? ask()
      known = asked
      try {
        return await asked
      } catch (thrown) {
        forget()
        throw thrown
      }
    },
    changedBy: (tool) => ({ ...tool, run: (input, signal) => tool.run(input, signal).finally(forget) }),
  }
}
