// The tools by which the coder closes modifications; looking and editing come from the agent's room.
import { z } from 'zod'
import { createCheckTool } from '../agent/check-tool.ts'
import { createEditTools } from '../agent/edit-tools.ts'
import { createGuardedWorkTree, type Permit } from '../agent/guarded-work-tree.ts'
import { knownFiles } from '../agent/known-files.ts'
import { createLookTools } from '../agent/look-tools.ts'
import { defineTool, failed, type Tool } from '../agent/tools.ts'
import { type Amendment, amendedPlan, refuseAmended } from '../plan/amend-plan.ts'
import type { Modification } from '../plan/plan.ts'
import { mayChange, mayRead } from '../policy/paths.ts'
import type { Escalation } from '../run/escalation.ts'
import { recorded } from '../run/stage-recorder.ts'
import { targetedChecks } from '../toolchain/commands.ts'
import { scanForSecrets } from '../verify/secret-scan.ts'
import { type Claim, closeModification, revertModification, type Work } from './close-modification.ts'
import { commandRun } from './near-checks.ts'
import { plannedPaths } from './work-state.ts'

/** How the coder ends its loop. `asks`: a person has to choose; `amends`: a person has to approve the plan anew. */
export type CoderEnding =
  | { kind: 'finished' }
  | { kind: 'stopped'; reason: string }
  | { kind: 'asks'; escalation: Escalation }
  | { kind: 'amends'; amendment: Amendment }

const sentence = z.string().min(1).max(1_000)
const path = z.string().min(1).max(300)

export function createCoderTools(work: Work): Tool<CoderEnding>[] {
  const { workspace } = work.task.bench
  const known = knownFiles(() => workspace.files())
  const tree = createGuardedWorkTree({
    root: workspace.tree,
    files: known.list,
    mayRead,
    mayWrite: (file) => permit(work, file),
    scan: (text, file) => scanForSecrets([{ path: file, text }]),
  })
  const [edit, ...others] = createEditTools(tree)
  // An edit makes no file and removes none.
  const changing = [...others, runCheck(work), done(work), revert(work)].map(known.changedBy)
  return [...createLookTools(tree), edit, ...changing, amendPlan(work), stop()]
}

/** The rules of the policy, and the plan: a file that nobody planned is not written. */
function permit({ task, state }: Work, file: string): Permit {
  const verdict = mayChange(file, task.contract, task.policy)
  if (!verdict.allowed) return verdict
  if (plannedPaths(task.plan, state).has(file)) return { allowed: true }
  return {
    allowed: false,
    rule: 'outside_the_plan',
    message: `${file} is not in the plan. If the contract needs it, call amend_plan first.`,
  }
}

/** For a look between two edits; what stands is decided after `done` and in the end, not here. Recorded, so that a crash neither runs it again nor forgets that it ran. */
function runCheck({ run, task, state }: Work): Tool {
  const { bench } = task
  return createCheckTool({
    checks: bench.snapshot.checks.map(({ id }) => id),
    async run(id, tests) {
      state.checksAsked += 1
      // By the tree, too: after an answer of people the same round may go on, or begin anew.
      const input = { id, tests, at: state.checksAsked, tree: await bench.workspace.checkpoint() }
      const key = { stage: 'asked_check', round: state.round, input }
      const results = await recorded(run.claimed, key, async () => {
        const whole = bench.snapshot.checks.filter((check) => check.id === id)
        const some = tests.length > 0 ? targetedChecks(bench.snapshot, tests) : whole
        const ran = await bench.runChecks(bench, some, `execute-${state.round + 1}/asked-${state.checksAsked}`)
        return ran.map((result) => ({ ...commandRun(result), timedOut: result.timedOut, output: result.summary }))
      })
      if (results.length === 0)
        return { kind: 'refused', message: `${id} cannot run on these files alone; run it without tests.` }
      state.commands.push(...results.map(commandRun))
      return { kind: 'ran', runs: results }
    },
  })
}

function done(work: Work): Tool<CoderEnding> {
  return defineTool<{ note: string; changedTests?: Claim[] | undefined }, CoderEnding>({
    name: 'done',
    description:
      'Closes the current modification: formats, runs the checks near it, answers the result and the next one.',
    kind: 'effect',
    closes: true,
    input: z.strictObject({
      note: sentence.describe('What was changed and why, for the pull request.'),
      changedTests: z
        .array(z.strictObject({ path, criterion: z.int().min(1), reason: sentence }))
        .max(20)
        .optional()
        .describe(
          'Existing tests that now expect something else, each with the number of the criterion that asks for it.',
        ),
    }),
    async run({ note, changedTests = [] }) {
      const { text, accepted, finished } = await closeModification(work, { note, claims: changedTests })
      return { text, isError: !accepted, ...(finished && { end: { kind: 'finished' } }) }
    },
  })
}

function revert(work: Work): Tool {
  return defineTool({
    name: 'revert',
    description: 'Gives the files of the current modification back, to try another way.',
    kind: 'effect',
    input: z.strictObject({}),
    run: async () => ({ text: await revertModification(work) }),
  })
}

function amendPlan({ run, task, state }: Work): Tool<CoderEnding> {
  return defineTool<Pick<Modification, 'path' | 'kind' | 'title' | 'reason'>, CoderEnding>({
    name: 'amend_plan',
    description: 'Adds a file to the plan, before it is changed.',
    kind: 'effect',
    input: z.strictObject({
      path,
      kind: z.enum(['modify', 'create', 'delete']),
      title: z.string().min(1).max(120),
      reason: sentence,
    }),
    async run(request) {
      const amendment = { modification: modificationOf(request, { task, state }), reason: request.reason }
      const refused = await refuseAmended(amendedPlan(task.plan, [...state.amendments, amendment]), task)
      if (refused !== undefined) return failed(refused)
      if (task.approved)
        return {
          text: 'The plan was approved without this file: a person is asked.',
          end: { kind: 'amends', amendment },
        }
      state.amendments.push(amendment)
      await run.claimed.event('plan_amended', { modification: amendment.modification })
      return { text: `${request.path} is part of the plan now; change it together with the current modification.` }
    },
  })
}

function modificationOf(
  request: Pick<Modification, 'path' | 'kind' | 'title' | 'reason'>,
  { task, state }: Pick<Work, 'task' | 'state'>,
): Modification {
  const used = new Set(amendedPlan(task.plan, state.amendments).modifications.map(({ id }) => id))
  const numbers = Array.from({ length: used.size + 1 }, (_, at) => `amended-${at + 1}`)
  const id = numbers.find((name) => !used.has(name)) ?? 'amended'
  return { ...request, id, dependsOn: [], test: task.bench.isTest(request.path), estimatedLines: 0 }
}

function stop(): Tool<CoderEnding> {
  return defineTool<{ reason: string; options?: string[] | undefined; recommended?: number | undefined }, CoderEnding>({
    name: 'stop',
    description: 'Ends the work when it cannot be done; with options, a person is asked to choose one first.',
    kind: 'effect',
    input: z.strictObject({
      reason: sentence,
      options: z.array(z.string().min(1).max(300)).min(2).max(5).optional(),
      recommended: z.int().min(1).optional().describe('Number of an option, from 1.'),
    }),
    async run({ reason, options, recommended = 1 }) {
      if (options === undefined) return { text: 'Stopped.', end: { kind: 'stopped', reason } }
      if (recommended > options.length) return failed(`There are ${options.length} options.`)
      return {
        text: 'A person is asked.',
        end: { kind: 'asks', escalation: { reason, evidence: [], options, recommended } },
      }
    },
  })
}
