import type { CommandResult, SandboxSession } from '../sandbox/sandbox.ts'
import { cleanOutput, unknownPlaces } from './clean-output.ts'
import type { DependencyCache, InstalledPlace } from './dependency-cache.ts'
import { dependencyKey } from './dependency-key.ts'
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
  /** Where earlier installs are kept; undefined: always installed anew. */
  kept?: KeptDependencies
}

export interface KeptDependencies {
  cache: DependencyCache
  /** Whose dependencies they are. */
  repository: string
  /** Absolute. */
  tree: string
  home: string
  /** Paths of the work tree. */
  files(): Promise<string[]>
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

/** Takes what an equal install has made before, or runs the snapshot's installs in order, with the network open to the package registries alone; stops at a required one that fails. */
export async function installDependencies(options: InstallOptions): Promise<InstallOutcome> {
  const { installs } = options.snapshot
  const key = await keyOf(options)
  if (key !== undefined && (await options.kept?.cache.restore(key, placeOf(options.kept, installs)))) {
    for (const [index, { line }] of installs.entries()) await options.logs?.(logName(index), `$ ${line}\n${notRun}\n`)
    return { commands: installs.map(({ line }) => line), problem: undefined, notes: [] }
  }
  const outcome = await runInstalls(options)
  const whole = outcome.problem === undefined && outcome.notes.length === 0
  if (key !== undefined && whole) await options.kept?.cache.keep(key, placeOf(options.kept, installs))
  return outcome
}

const notRun = 'Not run: what an equal install made in an earlier place was copied.'

function logName(index: number): string {
  return `install/${index + 1}.log`
}

async function keyOf({ kept, session, snapshot, registries }: InstallOptions): Promise<string | undefined> {
  if (kept === undefined || snapshot.installs.length === 0) return undefined
  const { repository, tree } = kept
  return dependencyKey({
    session,
    installs: snapshot.installs,
    tree,
    files: await kept.files(),
    repository,
    registries,
  })
}

function placeOf({ tree, home }: KeptDependencies, installs: InstallCommand[]): InstalledPlace {
  return { tree, home, parts: [...new Set(installs.flatMap(({ keeps }) => keeps?.parts ?? []))] }
}

async function runInstalls(options: InstallOptions): Promise<InstallOutcome> {
  const outcome: InstallOutcome = { commands: [], problem: undefined, notes: [] }
  for (const [index, install] of options.snapshot.installs.entries()) {
    const result = await run(install, options)
    outcome.commands.push(install.line)
    await options.logs?.(logName(index), `$ ${install.line}\n${result.output}`)
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
