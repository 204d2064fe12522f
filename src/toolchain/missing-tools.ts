import type { SandboxSession } from '../sandbox/sandbox.ts'
import { simpleWords } from './shell-words.ts'
import type { RepositorySnapshot } from './toolchain.ts'

/** Programs that the snapshot's checks need and that are not on PATH inside of the sandbox, sorted. */
export async function missingTools(snapshot: RepositorySnapshot, session: SandboxSession): Promise<string[]> {
  const tools = [...new Set([...snapshot.ecosystems.flatMap((facts) => facts.tools), ...programsOf(snapshot)])].sort()
  if (tools.length === 0) return []
  const line = `for tool in ${tools.join(' ')}; do command -v "$tool" >/dev/null 2>&1 || echo "missing:$tool"; done`
  const { output } = await session.run({ line })
  return tools.filter((tool) => output.split('\n').includes(`missing:${tool}`))
}

/** What required checks begin with, also those that a policy names; a path of the repository is none, nor is what only a shell can read. */
function programsOf({ checks }: RepositorySnapshot): string[] {
  return checks.flatMap(({ line, required }) => {
    const [program] = (required && simpleWords(line)) || []
    return program !== undefined && /^[A-Za-z0-9_][\w.+-]*$/.test(program) ? [program] : []
  })
}
