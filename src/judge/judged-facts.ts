// Gathers what the rules need to know of a candidate: the patch, and each changed file before and after.
import type { Candidate } from '../execute/candidate.ts'
import type { PlannedTask } from '../plan/planned-task.ts'
import { alteredCheckDefinition, filesThatChecksRun } from '../policy/check-definitions.ts'
import { mentionedPaths } from '../task/mentions.ts'
import type { Task } from '../task/task.ts'
import { isGeneratedFile } from '../toolchain/commands.ts'
import type { Patch } from '../workspace/workspace.ts'
import { changedDependencies } from './changed-dependencies.ts'
import type { JudgedChange } from './judged-change.ts'

export interface Judged {
  /** The issue's own words, not what a model understood of them. */
  issue: Pick<Task, 'title' | 'body'>
  candidate: Candidate
  patch: Patch
}

export async function judgedFacts(
  { bench, plan, contract }: PlannedTask,
  { issue, candidate, patch }: Judged,
): Promise<JudgedChange> {
  const { workspace, snapshot, isTest } = bench
  const issueText = `${issue.title}\n${issue.body}`
  const reached = filesThatChecksRun(snapshot.checks, new Set(await workspace.files()), isTest)
  const alteredChecks = new Map<string, string>()
  const dependencies = new Map<string, string[]>()
  for (const { path, blob } of await workspace.changes(candidate.treeSha)) {
    const before = await workspace.readBase(path)
    const after = blob?.content.toString('utf8')
    const what = alteredCheckDefinition(path, before, after) ?? (reached.has(path) ? 'run by a check' : undefined)
    if (what !== undefined) alteredChecks.set(path, what)
    dependencies.set(path, changedDependencies(path, before, after))
  }
  return {
    patch,
    plan,
    candidate,
    taskType: contract.taskType,
    issueText,
    namedFiles: mentionedPaths(issueText),
    isTest,
    isGenerated: (path) => isGeneratedFile(snapshot, path),
    alteredChecks,
    changedDependencies: dependencies,
  }
}
