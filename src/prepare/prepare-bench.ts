// Stage 5: a work tree at the pinned commit, what the repository is built with, and a baseline before the first edit.

import { createGuardedWorkTree } from '../agent/guarded-work-tree.ts'
import { Fault } from '../errors.ts'
import { mayRead, mayWrite } from '../policy/paths.ts'
import type { Policy } from '../policy/policy.ts'
import type { ClaimedRun } from '../run/ledger.ts'
import type { Run } from '../run/run.ts'
import type { StageRecords } from '../run/stage-recorder.ts'
import { type RunContext, type StageRun, stage } from '../run-context.ts'
import type { Sandbox, SandboxSession } from '../sandbox/sandbox.ts'
import type { BaseFacts, TaskHost } from '../task/task-host.ts'
import { isTestFile } from '../toolchain/commands.ts'
import { detectToolchain } from '../toolchain/detect.ts'
import { installDependencies, type KeptDependencies } from '../toolchain/install.ts'
import { missingTools } from '../toolchain/missing-tools.ts'
import { runChecks } from '../toolchain/run-checks.ts'
import type { CheckCommand, CheckResult, RepositorySnapshot } from '../toolchain/toolchain.ts'
import { redact } from '../trace/redaction.ts'
import { scanForSecrets } from '../verify/secret-scan.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { Baseline, Bench, FreshPlace, Place } from './bench.ts'

/** What of a run it takes to prepare: a command of the terminal prepares without a ledger. */
export interface Preparing
  extends StageRun,
    Pick<RunContext, 'workspaces' | 'sandbox' | 'registries' | 'dependencies' | 'progress' | 'signal' | 'log'> {
  readonly claimed: StageRecords &
    Pick<ClaimedRun, 'writeArtifact'> & { readonly run: Pick<Run, 'id' | 'repositoryKey'> }
  readonly host: Pick<TaskHost, 'cloneSource'>
}

/** Clones, detects, installs and runs the baseline. Throws `infrastructure` faults; what the repository lacks is a value in `baseline`. */
export async function prepareBench(
  run: Preparing,
  { facts, policy }: { facts: Pick<BaseFacts, 'baseCommit'>; policy: Policy },
): Promise<Bench> {
  run.signal.throwIfAborted()
  await run.progress.began('prepare')
  const workspace = await openWorkspace(run, facts)
  const snapshot = await detectIn(workspace, policy)
  const place = await openPlace(run, { workspace, snapshot, sandbox: run.sandbox(policy), policy })
  try {
    for (const note of [...workspace.notes, ...snapshot.notes]) run.progress.note(note)
    const bench = benchOf(run, { place, snapshot, policy })
    const installProblem = await install(run, { place, snapshot, policy, label: 'baseline' })
    bench.baseline = await stage(run, 'prepare', {
      input: { commit: facts.baseCommit, checks: snapshot.checks },
      work: () => measureBaseline(bench, installProblem),
      note: describe,
    })
    if (installProblem !== undefined && bench.baseline.installProblem === undefined) throw notAgain(installProblem)
    return bench
  } catch (thrown) {
    await place[Symbol.asyncDispose]()
    throw thrown
  }
}

async function openWorkspace(run: Preparing, facts: Pick<BaseFacts, 'baseCommit'>): Promise<Workspace> {
  const { repositoryKey, id } = run.claimed.run
  const source = await run.host.cloneSource()
  try {
    return await run.workspaces.open({
      repositoryKey,
      url: source.url,
      env: source.env,
      commit: facts.baseCommit,
      runId: id,
      signal: run.signal,
    })
  } finally {
    await source.revoke()
  }
}

async function detectIn(workspace: Workspace, { checks }: Policy): Promise<RepositorySnapshot> {
  try {
    return await detectToolchain(await workspace.files(), (path) => workspace.readBase(path), checks)
  } catch (thrown) {
    await workspace.close()
    throw thrown
  }
}

interface PlaceParts {
  workspace: Workspace
  snapshot: RepositorySnapshot
  sandbox: Sandbox
  policy: Policy
}

/** Owns the work tree from here on: whatever happens, nothing of it is left behind. */
async function openPlace(run: Preparing, parts: PlaceParts): Promise<OwnedPlace> {
  const { workspace, sandbox } = parts
  try {
    const session = await openSession(run, parts)
    const close = async () => {
      try {
        await session.close()
      } finally {
        await workspace.close()
      }
    }
    return { workspace, session, sandbox, [Symbol.asyncDispose]: close }
  } catch (thrown) {
    await workspace.close()
    throw thrown
  }
}

interface OwnedPlace extends Place, AsyncDisposable {
  sandbox: Sandbox
}

async function openSession(
  run: Preparing,
  { workspace, snapshot, sandbox, policy }: PlaceParts,
): Promise<SandboxSession> {
  const { commandMinutes, memoryMiB, processes, cpus } = policy.sandbox
  return sandbox.open({
    runId: run.claimed.run.id,
    workTree: workspace.tree,
    home: workspace.home,
    readOnly: [],
    limits: {
      deadlineMs: commandMinutes * 60_000,
      memoryBytes: memoryMiB * 1024 * 1024,
      processes,
      cpus,
      fileBytes: 2 * 1024 * 1024 * 1024,
      diskBytes: 10 * 1024 * 1024 * 1024,
      openFiles: 4_096,
    },
    // With it .NET maps a file of 2 TiB, and dies of the limit on files (dotnet/runtime#117819).
    env: { CI: 'true', LANG: 'C.UTF-8', DOTNET_EnableWriteXorExecute: '0' },
    ecosystems: [...new Set(snapshot.ecosystems.map(({ name }) => name))],
  })
}

interface BenchParts {
  place: OwnedPlace
  snapshot: RepositorySnapshot
  policy: Policy
}

function benchOf(run: Preparing, parts: BenchParts): Bench {
  const { place, snapshot, policy } = parts
  const { workspace, session, sandbox } = place
  const tree = createGuardedWorkTree({
    root: workspace.tree,
    files: () => workspace.files(),
    mayRead,
    mayWrite: (path) => mayWrite(path, policy),
    scan: (text, path) => scanForSecrets([{ path, text }]),
  })
  return {
    workspace,
    session,
    tree,
    snapshot,
    baseline: { missingTools: [], installProblem: undefined, checks: [] },
    sandbox: sandbox.kind,
    isTest: (path) => isTestFile(snapshot, path),
    runChecks: (where, checks, label) => runInPlace(run, where, { checks, label, policy }),
    fresh: (treeSha) => freshPlace(run, parts, treeSha),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  }
}

async function runInPlace(
  run: Preparing,
  { session, workspace: { home } }: Place,
  { checks, label, policy }: { checks: CheckCommand[]; label: string; policy: Policy },
): Promise<CheckResult[]> {
  const summaryBytes = policy.limits.outputKiB * 1024
  return runChecks({ session, home, checks, logs: logsOf(run), label, summaryBytes, signal: run.signal })
}

function logsOf(run: Preparing): (name: string, text: string) => Promise<void> {
  return (name, text) => run.claimed.writeArtifact(name, redact(text), 'text/plain')
}

async function freshPlace(
  run: Preparing,
  { place, snapshot, policy }: BenchParts,
  treeSha: string,
): Promise<FreshPlace & AsyncDisposable> {
  run.signal.throwIfAborted()
  const label = `fresh-${treeSha.slice(0, 12)}`
  const workspace = await place.workspace.fresh(treeSha)
  const fresh = await openPlace(run, { workspace, snapshot, sandbox: place.sandbox, policy })
  try {
    return { ...fresh, installProblem: await install(run, { place: fresh, snapshot, policy, label }) }
  } catch (thrown) {
    await fresh[Symbol.asyncDispose]()
    throw thrown
  }
}

async function install(
  run: Preparing,
  {
    place,
    snapshot,
    policy,
    label,
  }: { place: OwnedPlace; snapshot: RepositorySnapshot; policy: Policy; label: string },
): Promise<string | undefined> {
  const keep = logsOf(run)
  const result = await installDependencies({
    session: place.session,
    snapshot,
    ...(run.registries && { registries: run.registries }),
    allowedHosts: policy.sandbox.allowedHosts,
    logs: (name, text) => keep(`${label}/${name}`, text),
    signal: run.signal,
    ...keptFor(run, place),
  })
  run.signal.throwIfAborted()
  for (const note of result.notes) run.progress.note(note)
  return result.problem
}

/** Without a sandbox every place has a HOME of its own, whose path programs write into what they install. */
function keptFor(run: Preparing, { workspace, sandbox }: OwnedPlace): { kept?: KeptDependencies } {
  if (run.dependencies === undefined || sandbox.kind === 'none') return {}
  const { tree, home } = workspace
  const { repositoryKey } = run.claimed.run
  return { kept: { cache: run.dependencies, repository: repositoryKey, tree, home, files: () => workspace.files() } }
}

/** The baseline could be measured, so this is the registry or the network, and no reason to decline. */
function notAgain(problem: string): Fault {
  return new Fault(
    'infrastructure',
    'install_failed',
    `The dependencies were installed before, but not now: ${problem}`,
  )
}

async function measureBaseline(bench: Bench, installProblem: string | undefined): Promise<Baseline> {
  const missing = await missingTools(bench.snapshot, bench.session)
  if (missing.length > 0 || installProblem !== undefined) return { missingTools: missing, installProblem, checks: [] }
  return {
    missingTools: [],
    installProblem: undefined,
    checks: await bench.runChecks(bench, bench.snapshot.checks, 'baseline'),
  }
}

function describe({ missingTools: missing, installProblem, checks }: Baseline): string {
  if (missing.length > 0) return `missing: ${missing.join(', ')}`
  if (installProblem !== undefined) return 'dependencies cannot be installed'
  if (checks.length === 0) return 'no checks were found'
  const tests = checks.flatMap((check) => check.tests ?? [])
  const count = (status: string) => tests.filter((test) => test.status === status).length
  const [passed, failed] = [count('passed'), count('failed')]
  const named =
    tests.length > 0
      ? `${passed} test${passed === 1 ? ' passes' : 's pass'}${failed > 0 ? `, ${failed} ${failed === 1 ? 'fails' : 'fail'} already` : ''}`
      : 'no tests by name'
  const red = checks.filter(({ passed }) => !passed).map(({ id }) => id)
  return red.length > 0 ? `${named}; red before the change: ${red.join(', ')}` : named
}
