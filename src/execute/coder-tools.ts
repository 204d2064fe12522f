// The tools by which the coder closes modifications; looking and editing come from the agent's room.
import { z } from 'zod'
import { createCheckTool } from '../agent/check-tool.ts'
import { createEditTools } from '../agent/edit-tools.ts'
import { createGuardedWorkTree, type Permit } from '../agent/guarded-work-tree.ts'
import { createLookTools } from '../agent/look-tools.ts'
import { defineTool, failed, type Tool } from '../agent/tools.ts'
import { checkPlan } from '../plan/check-plan.ts'
import type { Modification } from '../plan/plan.ts'
import { gatePlan } from '../policy/gate-plan.ts'
import { mayRead, mayWrite } from '../policy/paths.ts'
import { targetedChecks } from '../toolchain/commands.ts'
import { scanForSecrets } from '../verify/secret-scan.ts'
import type { Workspace } from '../workspace/workspace.ts'
import { closeModification, revertModification, type Work } from './close-modification.ts'
import { plannedPaths } from './work-state.ts'

/** How the coder ends its loop. */
export type CoderEnding = { kind: 'finished' } | { kind: 'stopped'; reason: string }

const sentence = z.string().min(1).max(1_000)
const path = z.string().min(1).max(300)

export function createCoderTools(work: Work): Tool<CoderEnding>[] {
  const { workspace } = work.task.bench
  const tree = createGuardedWorkTree({
    root: workspace.tree,
    files: () => workspace.files(),
    mayRead,
    mayWrite: (file) => permit(work, file),
    scan: (text, file) => scanForSecrets([{ path: file, text }]),
  })
  return [
    ...createLookTools(tree),
    ...createEditTools(tree),
    runCheck(work),
    done(work),
    revert(work),
    amendPlan(work),
    stop(),
  ]
}

/** The rules of the policy, and the plan: a file that nobody planned is not written. */
function permit({ task, state }: Work, file: string): Permit {
  const verdict = mayWrite(file, task.policy)
  if (!verdict.allowed) return verdict
  if (plannedPaths(task.plan, state).has(file)) return { allowed: true }
  return {
    allowed: false,
    rule: 'outside_the_plan',
    message: `${file} is not in the plan. If the contract needs it, call amend_plan first.`,
  }
}

/** For a look between two edits; what stands is decided after `done` and in the end, not here. */
function runCheck({ task, state }: Work): Tool {
  const { bench } = task
  return createCheckTool({
    checks: bench.snapshot.checks.map(({ id }) => id),
    async run(id, tests) {
      const whole = bench.snapshot.checks.filter((check) => check.id === id)
      const some = tests.length > 0 ? targetedChecks(bench.snapshot, tests) : whole
      const [first] = await bench.runChecks(bench, some, `execute-${state.round + 1}/asked-${state.checksRun + 1}`)
      if (first === undefined)
        return { kind: 'refused', message: `${id} cannot run on these files alone; run it without tests.` }
      const { line, exitCode, timedOut, summary } = first
      return { kind: 'ran', line, exitCode, timedOut, output: summary }
    },
  })
}

function done(work: Work): Tool<CoderEnding> {
  return defineTool<{ note: string; changedTests?: { path: string; reason: string }[] | undefined }, CoderEnding>({
    name: 'done',
    description:
      'Closes the current modification: formats, runs the tests near it, answers the result and the next one.',
    kind: 'effect',
    input: z.strictObject({
      note: sentence.describe('What was changed and why, for the pull request.'),
      changedTests: z
        .array(z.strictObject({ path, reason: sentence }))
        .max(20)
        .optional()
        .describe('Existing tests that now expect something else, each with the criterion that asks for it.'),
    }),
    async run({ note, changedTests = [] }) {
      const { text, accepted, finished } = await closeModification(work, { note, changedTests })
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

function amendPlan({ run, task, state }: Work): Tool {
  return defineTool({
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
      const id = `amended-${state.amendments.length + 1}`
      const modification: Modification = {
        ...request,
        id,
        dependsOn: [],
        test: task.bench.isTest(request.path),
        estimatedLines: 0,
      }
      const planned = [...task.plan.modifications, ...state.amendments.map((one) => one.modification)]
      const amended = { ...task.plan, modifications: [...planned, modification] }
      const knownFiles = await filesBefore(planned, task.bench.workspace)
      const problems = checkPlan(amended, { knownFiles, mayWrite: (file) => mayWrite(file, task.policy) })
      if (problems.length > 0) return failed(problems.join('\n'))
      const gated = gatePlan(amended, task.contract, { policy: task.policy, knownFiles })
      if (gated.kind !== 'ok')
        return failed(
          `The policy refuses it: ${gated.kind === 'declined' ? gated.decline.evidence.join(' ') : gated.reasons.join(' ')}`,
        )
      state.amendments.push({ modification, reason: request.reason })
      await run.claimed.event('plan_amended', { modification })
      return { text: `${request.path} is part of the plan now; change it together with the current modification.` }
    },
  })
}

/** The files as if nothing of the plan were carried out yet, so that what stood when it was planned stands still. */
async function filesBefore(planned: Modification[], workspace: Workspace): Promise<Set<string>> {
  const files = new Set(await workspace.files())
  for (const { path: file, kind } of planned) {
    if (kind === 'create') files.delete(file)
    else files.add(file)
  }
  return files
}

function stop(): Tool<CoderEnding> {
  return defineTool<{ reason: string }, CoderEnding>({
    name: 'stop',
    description: 'Ends the work when it cannot be done.',
    kind: 'effect',
    input: z.strictObject({ reason: sentence }),
    run: async ({ reason }) => ({ text: 'Stopped.', end: { kind: 'stopped', reason } }),
  })
}
