import type { CommandResult, SandboxSession } from '../sandbox/sandbox.ts'
import { cleanOutput, unknownPlaces } from './clean-output.ts'
import type { InstallCommand, RepositorySnapshot } from './toolchain.ts'

export interface InstallOptions {
  session: SandboxSession
  snapshot: RepositorySnapshot
  /** Registry addresses that stand for the public ones on this machine; used where the repository configures none. */
  registries?: { npm?: string; pypi?: string }
  /** Hosts that policy or deployment allow beside those of the package clients. */
  allowedHosts?: string[]
  deadlineMs?: number
  logs?: (name: string, text: string) => Promise<void>
  signal?: AbortSignal
}

export interface InstallOutcome {
  /** What ran; empty when there was nothing to install. */
  commands: string[]
  /** Why a required install failed: the command, how it ended, its last lines. Undefined when all is well. */
  problem: string | undefined
  /** Installs that failed and are not required. */
  notes: string[]
}

const publicHosts = { npm: 'registry.npmjs.org', pypi: 'pypi.org' }

/** Runs the snapshot's installs in order, with the network open to the package registries alone; stops at a required one that fails. */
export async function installDependencies(options: InstallOptions): Promise<InstallOutcome> {
  const outcome: InstallOutcome = { commands: [], problem: undefined, notes: [] }
  for (const [index, install] of options.snapshot.installs.entries()) {
    const result = await run(install, options)
    outcome.commands.push(install.line)
    await options.logs?.(`install/${index + 1}.log`, `$ ${install.line}\n${result.output}`)
    if (result.exitCode === 0) continue
    const problem = `${install.line}\n${lastLines(result)}`
    if (install.required) return { ...outcome, problem }
    outcome.notes.push(`The install of ${install.from} failed, and is not required.`)
  }
  return outcome
}

async function run(install: InstallCommand, options: InstallOptions): Promise<CommandResult> {
  const { hosts, env } = registriesOf(install, options)
  return options.session.run({
    line: install.before === undefined ? install.line : `${install.before}\n${install.line}`,
    cwd: install.cwd,
    env,
    network: { allowedHosts: hosts },
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
}

function registriesOf(
  install: InstallCommand,
  options: InstallOptions,
): { hosts: string[]; env: Record<string, string> } {
  const hosts = new Set([...install.allowedHosts, ...(options.allowedHosts ?? [])])
  const env: Record<string, string> = { CI: 'true' }
  for (const [kind, variables] of [
    ['npm', ['npm_config_registry', 'YARN_NPM_REGISTRY_SERVER']],
    ['pypi', ['PIP_INDEX_URL']],
  ] as const) {
    const address = options.registries?.[kind]
    if (address === undefined || !install.allowedHosts.includes(publicHosts[kind])) continue
    hosts.add(new URL(address).host)
    for (const variable of variables) env[variable] = address
  }
  return { hosts: [...hosts].sort(), env }
}

function lastLines(result: CommandResult): string {
  const ending = result.timedOut ? 'Stopped: it took too long.' : `Exit code ${result.exitCode ?? 'unknown'}.`
  const lines = cleanOutput(result.output, unknownPlaces)
    .split('\n')
    .slice(-20)
    .map((line) => line.slice(0, 300))
  return [ending, ...lines].join('\n')
}
