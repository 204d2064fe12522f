// `draftsmith verify RUN|PR-URL`: measures again what a run measured, from the base commit and the patch, and says whether it is the same.
import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { ceilingsOf } from '../compose/model.ts'
import { version } from '../compose/process.ts'
import type { Config } from '../config.ts'
import { Fault } from '../errors.ts'
import { type Ceilings, type Policy, parsePolicy, policyPath } from '../policy/policy.ts'
import type { Bench } from '../prepare/bench.ts'
import { type Preparing, prepareBench } from '../prepare/prepare-bench.ts'
import { renderEvidenceComparison } from '../render/evidence-comparison.ts'
import { compareEvidence, type EvidenceComparison, notRepeated } from '../verify/compare-evidence.ts'
import { type Evidence, evidenceOf } from '../verify/evidence.ts'
import { measureChange } from '../verify/measure-change.ts'
import { findProof, type TravellingProof } from './travelling-proof.ts'
import { openUnrecordedRun } from './unrecorded-run.ts'

export interface VerifyOptions {
  /** Folder for the logs of the checks. */
  logs?: string
  json?: boolean
}

export interface VerifyTerminal {
  out(text: string): void
  progress(line: string): void
  interrupted: AbortSignal
}

/** Answers the exit code: 0 the same, 1 different or not repeatable here. Throws `invalid_input` faults for what the user gave. */
export async function verifyCommand(
  of: string,
  { logs, json }: VerifyOptions,
  { config, log, terminal }: { config: Config; log: Logger; terminal: VerifyTerminal },
): Promise<number> {
  const proof = await findProof(of, config, log)
  const { evidence, repositoryKey, clone } = proof
  for (const note of proof.notes) terminal.progress(`  ! ${note}`)
  terminal.progress(`… Measuring ${evidence.baseCommit.slice(0, 10)} and the change to it`)
  const run = openUnrecordedRun(config, log, {
    id: `verify-${randomUUID()}`,
    repositoryKey,
    clone,
    ...(logs !== undefined && { logs }),
    signal: terminal.interrupted,
    note: (text) => terminal.progress(`  ! ${text}`),
  })
  const comparisons = await repeat(run, proof, ceilingsOf(config)).finally(() => clone.revoke())
  const same = comparisons.length > 0 && comparisons.every(({ result }) => result === 'same')
  const { baseCommit, tree } = evidence
  terminal.out(
    json
      ? JSON.stringify({ same, run: evidence.run, baseCommit, tree, comparisons }, null, 2)
      : renderEvidenceComparison(evidence, comparisons),
  )
  return same ? 0 : 1
}

async function repeat(run: Preparing, proof: TravellingProof, ceilings: Ceilings): Promise<EvidenceComparison[]> {
  const { evidence, change } = proof
  if (change.kind === 'none') return notRepeated(evidence, change.reason)
  // Brings the commits of the change into the mirror, on which the work trees are built.
  if (change.kind === 'commit') await (await openAt(run, proof, change.commit)).close()
  const policy = await policyAtBase(run, proof, ceilings)
  await using bench = await prepareBench(run, { facts: evidence, policy })
  const { missingTools, installProblem } = bench.baseline
  if (missingTools.length > 0) return notRepeated(evidence, `missing on this machine: ${missingTools.join(', ')}`)
  if (installProblem !== undefined)
    return notRepeated(evidence, `the dependencies cannot be installed here: ${installProblem}`)
  const tree = change.kind === 'patch' ? await bench.workspace.apply(change.patch) : evidence.tree
  if (tree !== evidence.tree) return notRepeated(evidence, `the patch gives the tree ${tree}, and not the verified one`)
  return compareEvidence(evidence, await measure(bench, evidence))
}

async function measure(bench: Bench, recorded: Evidence): Promise<Evidence> {
  const { run, repository, baseCommit, tree, removedTests } = recorded
  const { checks, reproduction, installProblem } = await measureChange(bench, {
    treeSha: tree,
    removedTests,
    label: 'verify',
  })
  return evidenceOf({
    draftsmith: version,
    run,
    repository,
    baseCommit,
    tree,
    verified: installProblem === undefined && !checks.some(({ required, regressed }) => required && regressed),
    removedTests,
    sandbox: bench.sandbox,
    checks,
    reproduction,
    notVerified: [],
  })
}

function openAt({ workspaces, claimed, signal }: Preparing, { repositoryKey, clone }: TravellingProof, commit: string) {
  return workspaces.open({ ...clone, repositoryKey, commit, runId: `${claimed.run.id}-look`, signal })
}

/** What defines a check comes from the base commit, never from the evidence. */
async function policyAtBase(run: Preparing, proof: TravellingProof, ceilings: Ceilings): Promise<Policy> {
  const look = await openAt(run, proof, proof.evidence.baseCommit)
  try {
    const parsed = parsePolicy(await look.readBase(policyPath), ceilings)
    if (parsed.kind === 'ok') return parsed.policy
    throw new Fault('invalid_input', 'policy_invalid', `${policyPath} at the base commit cannot be read.`, {
      mend: parsed.problems.map(({ line, message }) => `Line ${line}: ${message}`).join('\n'),
    })
  } finally {
    await look.close()
  }
}
