// Stage 5: a work tree at the pinned commit, what the repository is built with, and a baseline before the first edit.

import { createGuardedWorkTree } from '../agent/guarded-work-tree.ts'
import { mayRead, mayWrite } from '../policy/paths.ts'
import type { Policy } from '../policy/policy.ts'
import { type RunContext, stage } from '../run-context.ts'
import type { Sandbox, SandboxSession } from '../sandbox/sandbox.ts'
import type { BaseFacts } from '../task/task-host.ts'
import { isTestFile } from '../toolchain/commands.ts'
import { detectToolchain } from '../toolchain/detect.ts'
import { installDependencies } from '../toolchain/install.ts'
import { missingTools } from '../toolchain/missing-tools.ts'
import { runChecks } from '../toolchain/run-checks.ts'
import type { CheckCommand, CheckResult, RepositorySnapshot } from '../toolchain/toolchain.ts'
import { scanForSecrets } from '../verify/secret-scan.ts'
import type { Workspace } from '../workspace/workspace.ts'
import type { Baseline, Bench, Place } from './bench.ts'

/** Clones, detects, installs and runs the baseline. Throws `infrastructure` faults; what the repository lacks is a value in `baseline`. */
export async function prepareBench(
  run: RunContext,
  { facts, policy }: { facts: BaseFacts; policy: Policy },
): Promise<Bench> {
  await run.progress.began('prepare')
  const workspace = await openWorkspace(run, facts)
  const snapshot = await detectToolchain(await workspace.files(), (path) => workspace.readBase(path), policy.checks)
  for (const note of [...workspace.notes, ...snapshot.notes]) run.progress.note(note)
  const sandbox = run.sandbox(policy)
  const bench = benchOf(run, {
    workspace,
    snapshot,
    sandbox,
    policy,
    session: await openSession(run, { workspace, sandbox, policy }),
  })
  try {
    const installProblem = await install(run, { place: bench, snapshot, policy })
    bench.baseline = await stage(run, 'prepare', {
      input: { commit: facts.baseCommit, checks: snapshot.checks },
      work: () => measureBaseline(bench, installProblem),
      note: describe,
    })
    return bench
  } catch (thrown) {
    await bench[Symbol.asyncDispose]()
    throw thrown
  }
}

async function openWorkspace(run: RunContext, facts: BaseFacts): Promise<Workspace> {
  const { repositoryKey, id } = run.claimed.run
  const source = await run.host.cloneSource()
  try {
    return await run.workspaces.open({
      repositoryKey,
      url: source.url,
      env: source.env,
      commit: facts.baseCommit,
      runId: id,
    })
  } finally {
    await source.revoke()
  }
}

interface SessionParts {
  workspace: Workspace
  sandbox: Sandbox
  policy: Policy
}

async function openSession(run: RunContext, { workspace, sandbox, policy }: SessionParts): Promise<SandboxSession> {
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
      openFiles: 4_096,
    },
    env: { CI: 'true', LANG: 'C.UTF-8' },
  })
}

function benchOf(
  run: RunContext,
  parts: SessionParts & { session: SandboxSession; snapshot: RepositorySnapshot },
): Bench {
  const { workspace, session, snapshot, sandbox, policy } = parts
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
    runChecks: (place, checks, label) => runInPlace(run, place, { checks, label }),
    fresh: (treeSha) => freshPlace(run, { ...parts, treeSha, policy }),
    [Symbol.asyncDispose]: async () => {
      await session.close()
      await workspace.close()
    },
  }
}

async function runInPlace(
  run: RunContext,
  place: Place,
  { checks, label }: { checks: CheckCommand[]; label: string },
): Promise<CheckResult[]> {
  const logs = (name: string, text: string) => run.claimed.writeArtifact(name, text, 'text/plain')
  return runChecks({ session: place.session, home: place.workspace.home, checks, logs, label, signal: run.signal })
}

async function freshPlace(
  run: RunContext,
  parts: SessionParts & { snapshot: RepositorySnapshot; treeSha: string },
): Promise<Place & AsyncDisposable> {
  const workspace = await parts.workspace.fresh(parts.treeSha)
  const session = await openSession(run, { ...parts, workspace })
  const close = async () => {
    await session.close()
    await workspace.close()
  }
  const place = { workspace, session, [Symbol.asyncDispose]: close }
  await install(run, { place, snapshot: parts.snapshot, policy: parts.policy })
  return place
}

async function install(
  run: RunContext,
  { place, snapshot, policy }: { place: Place; snapshot: RepositorySnapshot; policy: Policy },
): Promise<string | undefined> {
  const result = await installDependencies({
    session: place.session,
    snapshot,
    allowedHosts: policy.sandbox.allowedHosts,
    signal: run.signal,
  })
  return result.problem
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
  const tests = checks.flatMap((check) => check.tests ?? [])
  const count = (status: string) => tests.filter((test) => test.status === status).length
  const named =
    tests.length > 0
      ? `${count('passed')} tests pass${count('failed') > 0 ? `, ${count('failed')} fail already` : ''}`
      : 'no tests by name'
  const red = checks.filter(({ passed }) => !passed).map(({ id }) => id)
  return red.length > 0 ? `${named}; red before the change: ${red.join(', ')}` : named
}
