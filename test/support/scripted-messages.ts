// A model as an HTTP Messages API that plays scenarios. Each is known by the title of its issue, each request by its role and
// by how far its conversation is, and nothing else: whoever asks twice gets the same answer, in any order, also after a crash.
import type { ImplementationPlan, Modification } from '../../src/plan/plan.ts'
import type { Understanding } from '../../src/task/contract.ts'
import { type Answer, MessagesApi, refused, type SeenRequest, streamed, testKey } from './messages-api.ts'

export type ScriptedRole = 'analyst' | 'planner' | 'coder' | 'reviewer'

export interface Scenario {
  /** Title of the issue, unlike every other; it is the objective of the contract, too. */
  title: string
  /** Default: a defect of low risk and complexity. */
  understanding?: Partial<Understanding>
  plan?: ScriptedPlan
  /** Another plan, for a planner that was told of some text; `plan` where undefined. */
  replan?: (told: string) => ScriptedPlan | undefined
  /** One reply after the other: the tool calls of each. */
  coder?: ToolCall[][]
  /** What the reviewer objects to, each time it is asked. */
  objections?: string[]
  /** Awaited before a request is answered. */
  before?: (asked: Asked) => Promise<void> | void
}

export type ScriptedPlan = Partial<Omit<ImplementationPlan, 'modifications'>> & { modifications: PlannedFile[] }
export type PlannedFile = Pick<Modification, 'path' | 'title'> & Partial<Modification>
export type ToolCall = [name: string, input: Record<string, unknown>]

export interface Asked {
  title: string
  role: ScriptedRole
  /** How many replies the conversation has already. */
  turn: number
}

/** Started like any Messages API; scenarios can be added at any time. */
export class ScriptedMessages implements AsyncDisposable {
  /** Every request that was answered by a scenario, in order. */
  readonly asked: Asked[] = []
  /** Asked before a scenario answers; an answer of its own takes the place of the scenario's. */
  fault: (asked: Asked) => Answer | undefined = () => undefined
  readonly #scenarios: Scenario[] = []
  /** The messages of each of `asked`, as JSON. */
  readonly #told: string[] = []
  #api: MessagesApi | undefined

  static async start(...scenarios: Scenario[]): Promise<ScriptedMessages> {
    const scripted = new ScriptedMessages()
    scripted.add(...scenarios)
    scripted.#api = await MessagesApi.start((response, request) => scripted.#answer(response, request))
    return scripted
  }

  get url(): string {
    if (this.#api === undefined) throw new Error('The scripted model was not started.')
    return this.#api.url
  }

  add(...scenarios: Scenario[]): void {
    this.#scenarios.push(...scenarios)
  }

  /** The requests of one scenario, as `coder 2`. */
  askedFor(title: string): string[] {
    return this.asked.filter((asked) => asked.title === title).map(({ role, turn }) => `${role} ${turn}`)
  }

  /** What the requests of one role said, as JSON, in order. */
  messagesTo(title: string, role: ScriptedRole): string[] {
    return this.#told.filter((_, at) => this.asked[at]?.title === title && this.asked[at].role === role)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#api?.[Symbol.asyncDispose]()
  }

  async #answer(response: Parameters<ReturnType<typeof streamed>>[0], request: SeenRequest): Promise<void> {
    if (request.headers.authorization !== `Bearer ${testKey}`)
      return refused(401, 'authentication_error', 'invalid key')(response, request)
    const text = JSON.stringify(request.body.messages)
    const scenario = this.#scenarios.find(({ title }) => text.includes(title))
    if (scenario === undefined)
      return refused(400, 'invalid_request_error', 'no scenario has this title')(response, request)
    const asked = { title: scenario.title, role: roleOf(request), turn: turnOf(request) }
    this.asked.push(asked)
    this.#told.push(text)
    await scenario.before?.(asked)
    const fault = this.fault(asked)
    if (fault !== undefined) return fault(response, request)
    const reply = replyOf({ ...scenario, ...plannedFor(scenario, text) }, asked)
    return streamed(reply, reply.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn')(response, request)
  }
}

function plannedFor({ plan, replan }: Scenario, told: string): Pick<Scenario, 'plan'> {
  const planned = replan?.(told) ?? plan
  return planned === undefined ? {} : { plan: planned }
}

function roleOf({ body }: SeenRequest): ScriptedRole {
  const tools = JSON.stringify(body.tools ?? [])
  if (tools.includes('"propose_plan"')) return 'planner'
  if (tools.includes('"amend_plan"')) return 'coder'
  return JSON.stringify(body.output_config).includes('"objections"') ? 'reviewer' : 'analyst'
}

function turnOf({ body }: SeenRequest): number {
  return (body.messages as { role: string }[]).filter(({ role }) => role === 'assistant').length
}

type Content = { type: string } & Record<string, unknown>

function replyOf(scenario: Scenario, { role, turn }: Asked): Content[] {
  switch (role) {
    case 'analyst':
      return say(understandingOf(scenario))
    case 'planner':
      return call('planner', turn, [['propose_plan', { ...planOf(scenario) }]])
    case 'coder':
      return call('coder', turn, scenario.coder?.[turn] ?? [['stop', { reason: 'The script ends here.' }]])
    case 'reviewer':
      return say({ objections: (scenario.objections ?? []).map(objection), remarks: [] })
  }
}

function understandingOf({ title, understanding }: Scenario): Understanding {
  return {
    taskType: 'bug_fix',
    objective: title,
    affectedFiles: [],
    searchTerms: [],
    constraints: [],
    acceptanceCriteria: ['The example of the issue gives what it should.'],
    complexity: 'low',
    risk: 'low',
    questions: [],
    ...understanding,
  }
}

function planOf({ title, plan }: Scenario): ImplementationPlan {
  return {
    summary: `What the issue asks for: ${title}`,
    removedTests: [],
    risks: [],
    questions: [],
    feasible: true,
    // Asked for of a mended defect where the plan has no test; most scenarios are about something else.
    withoutTest: 'The tests that there are suffice.',
    ...plan,
    modifications: (plan?.modifications ?? [{ path: 'src/money.js', title: 'Mend it' }]).map((file, at) => ({
      id: `m${at + 1}`,
      kind: 'modify',
      reason: 'The contract asks for it.',
      dependsOn: [],
      test: false,
      estimatedLines: 3,
      ...file,
    })),
  }
}

function objection(message: string) {
  return { about: 'intent', path: '', message }
}

function say(value: unknown): Content[] {
  return [{ type: 'text', text: JSON.stringify(value) }]
}

function call(role: ScriptedRole, turn: number, calls: ToolCall[]): Content[] {
  return calls.map(([name, input], at) => ({ type: 'tool_use', id: `toolu_${role}_${turn}_${at}`, name, input }))
}
