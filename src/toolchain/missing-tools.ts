import type { SandboxSession } from '../sandbox/sandbox.ts'
import { inToolPath } from './instrument.ts'
import { simpleWords } from './shell-words.ts'
import type { CheckCommand, EcosystemFacts, RepositorySnapshot } from './toolchain.ts'

/**
 * Programs that the snapshot's checks need and that are not on PATH inside of the sandbox, nor installed by the repository, sorted.
 * Without a linter that nobody named a change can still be verified by its tests: such a check is red before and after, which is told.
 */
export async function missingTools(snapshot: RepositorySnapshot, session: SandboxSession): Promise<string[]> {
  const needed = programsOf(snapshot.checks.filter(mustRun))
  const spared = new Set(programsOf(snapshot.checks.filter((check) => !mustRun(check))).map(({ program }) => program))
  const byFolder = new Map([['.', new Set(runEcosystems(snapshot).flatMap(({ tools }) => tools))]])
  for (const tool of spared) byFolder.get('.')?.delete(tool)
  for (const { cwd, program } of needed) byFolder.set(cwd, (byFolder.get(cwd) ?? new Set<string>()).add(program))
  const missing: string[] = []
  for (const [cwd, tools] of byFolder) if (tools.size > 0) missing.push(...(await missingIn(cwd, [...tools], session)))
  return [...new Set(missing)].sort()
}

/** A project whose commands the policy has all replaced needs none of its own programs, such as the package client of its lockfile. */
function runEcosystems({ ecosystems, checks, installs }: RepositorySnapshot): EcosystemFacts[] {
  const run = new Set([...checks, ...installs].map(commandKey))
  return ecosystems.filter((facts) =>
    [...facts.checks, ...(facts.install === undefined ? [] : [facts.install])]
      .map(commandKey)
      .some((key) => run.has(key)),
  )
}

function commandKey({ line, cwd, from }: Pick<CheckCommand, 'line' | 'cwd' | 'from'>): string {
  return JSON.stringify([line, cwd, from])
}

/** Tests, and what the repository or its policy says in so many words. */
function mustRun({ name, required, certainty }: CheckCommand): boolean {
  return required && (name === 'test' || certainty === 'certain')
}

async function missingIn(cwd: string, tools: string[], session: SandboxSession): Promise<string[]> {
  const probe = `for tool in ${tools.join(' ')}; do command -v "$tool" >/dev/null 2>&1 || echo "missing:$tool"; done`
  const { output } = await session.run({ line: inToolPath(probe, cwd), cwd })
  return tools.filter((tool) => output.split('\n').includes(`missing:${tool}`))
}

/** What checks begin with, also those that a policy names; a path of the repository is none, nor is what only a shell can read. */
function programsOf(checks: CheckCommand[]): { cwd: string; program: string }[] {
  return checks.flatMap(({ line, cwd }) => {
    const [program] = simpleWords(line) ?? []
    return program !== undefined && /^[A-Za-z0-9_][\w.+-]*$/.test(program) ? [{ cwd, program }] : []
  })
}
