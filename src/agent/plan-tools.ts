import { z } from 'zod'
import { defineTool, failed, type Tool } from './tools.ts'

const sentence = z.string().min(1).max(1_000)

/** How the coder ends its work; the loop's `ending`. */
export type CoderEnding =
  | { kind: 'finished'; explanation: string; changedTests: { path: string; reason: string }[] }
  | { kind: 'stopped'; reason: string }

/** A modification that the plan did not foresee. */
export interface AmendmentRequest {
  path: string
  kind: 'modify' | 'create' | 'delete'
  title: string
  reason: string
}

export interface PlanToolsOptions {
  /** Decides by rule. A refusal is told to the model, which may go on without. */
  amend: (request: AmendmentRequest) => Promise<{ kind: 'accepted' } | { kind: 'refused'; message: string }>
}

/** `amend_plan`, `finish`, `stop`. */
export function createPlanTools(options: PlanToolsOptions): Tool<CoderEnding>[] {
  return [amendPlan(options), finish(), stop()]
}

function amendPlan({ amend }: PlanToolsOptions): Tool {
  return defineTool({
    name: 'amend_plan',
    description: 'Adds a file to the plan, before it is changed.',
    kind: 'effect',
    input: z.strictObject({
      path: z.string().min(1).max(300),
      kind: z.enum(['modify', 'create', 'delete']),
      title: z.string().min(1).max(120),
      reason: sentence,
    }),
    async run(request) {
      const amended = await amend(request)
      return amended.kind === 'accepted' ? { text: `${request.path} is part of the plan.` } : failed(amended.message)
    },
  })
}

function finish(): Tool<CoderEnding> {
  return defineTool({
    name: 'finish',
    description: 'Ends the work: what was changed and why, and the reason for each changed expectation of a test.',
    kind: 'effect',
    input: z.strictObject({
      explanation: z.string().min(1).max(4_000),
      changedTests: z
        .array(z.strictObject({ path: z.string().max(300), reason: sentence }))
        .max(20)
        .optional(),
    }),
    run: async ({ explanation, changedTests = [] }) => ({
      text: 'Finished.',
      end: { kind: 'finished', explanation, changedTests },
    }),
  })
}

function stop(): Tool<CoderEnding> {
  return defineTool({
    name: 'stop',
    description: 'Ends the work when it cannot be done.',
    kind: 'effect',
    input: z.strictObject({ reason: sentence }),
    run: async ({ reason }) => ({ text: 'Stopped.', end: { kind: 'stopped', reason } }),
  })
}
