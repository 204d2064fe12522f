// The tool loop: ask, run the calls of the reply in order, send all results back in one message, until something ends it.
// Messages are only ever added, so that every request is the one before it and something more.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Fault } from '../errors.ts'
import type { Block, Message, Model, ModelReply, ModelRole, Usage } from '../model/model.ts'
import type { Journal } from './journal.ts'
import { failed, type Tool, type ToolAnswer } from './tools.ts'

/**
 * - `done`          the model ended by a tool (then `ending` is set) or answered without a call
 * - `turns`, `tool_calls`  a limit was reached
 * - `repeated`      the same call again and again
 * - `budget_spent`  the next call could pass a ceiling
 * - `refused`       the model refuses to go on
 * - `reply_cut`     two replies in a row were longer than a reply may be
 * - `cancelled`     the signal ended it
 */
export type LoopStop =
  | 'done'
  | 'turns'
  | 'tool_calls'
  | 'repeated'
  | 'budget_spent'
  | 'refused'
  | 'reply_cut'
  | 'cancelled'

export type LoopEvent =
  | { kind: 'reply'; turn: number; text: string; calls: string[]; usage: Usage }
  /** `result`: begin of the answer; the whole one is in the journal. `restored`: answered from the record after a crash. */
  | {
      kind: 'tool'
      name: string
      input: unknown
      result: string
      isError: boolean
      durationMs: number
      restored: boolean
    }
  /** A tool threw what it should have answered; for the log. */
  | { kind: 'tool_failed'; name: string; error: Error }

export interface LoopOptions<E> {
  model: Pick<Model, 'complete'>
  role: ModelRole
  system: string
  tools: readonly Tool<E>[]
  /** The conversation so far; ends with a user message. Not changed. */
  messages: readonly Message[]
  limits: { turns: number; toolCalls: number }
  journal: Journal
  /** Answers in place of a call that is repeated although it was warned of, and goes on; absent: the loop ends. */
  repeated?: Tool<E>['run']
  /** For durations, in ms. */
  clock?: () => number
  signal?: AbortSignal
  onEvent?: (event: LoopEvent) => void
}

export interface LoopResult<E> {
  stop: LoopStop
  /** What the ending tool gave. */
  ending?: E
  /** Complete: every call is answered, so that the conversation can go on with `say`. */
  messages: Message[]
  /** Text of the last reply. */
  finalText: string
  turns: number
  toolCallCount: number
}

type Call = Extract<Block, { type: 'tool_use' }>

interface State<E> {
  messages: Message[]
  finalText: string
  turns: number
  toolCalls: number
  ending: E | undefined
  /** The same call in a row. */
  streak: { call: string; count: number }
  cut: boolean
}

/** Throws what model and tools throw as surprises; everything else is a value that keeps the work. */
export async function runLoop<E = never>(options: LoopOptions<E>): Promise<LoopResult<E>> {
  const state: State<E> = {
    messages: [...options.messages],
    finalText: '',
    turns: 0,
    toolCalls: 0,
    ending: undefined,
    streak: { call: '', count: 0 },
    cut: false,
  }
  for (;;) {
    const stop = await turn(options, state)
    if (stop) return resultOf(state, stop)
  }
}

/** Adds a user's words to a conversation: to its last message when that is a user's, so that the roles keep taking turns. */
export function say(messages: readonly Message[], text: string): Message[] {
  const last = messages.at(-1)
  const block: Block = { type: 'text', text }
  if (last?.role !== 'user') return [...messages, { role: 'user', content: [block] }]
  return [...messages.slice(0, -1), { role: 'user', content: [...last.content, block] }]
}

async function turn<E>(options: LoopOptions<E>, state: State<E>): Promise<LoopStop | undefined> {
  if (options.signal?.aborted) return 'cancelled'
  if (state.turns === options.limits.turns) return 'turns'
  const reply = await ask(options, state)
  if (typeof reply === 'string') return reply

  state.turns++
  state.finalText = textOf(reply)
  const calls = reply.content.filter((block) => block.type === 'tool_use')
  options.onEvent?.({
    kind: 'reply',
    turn: state.turns,
    text: state.finalText,
    calls: calls.map(({ name }) => name),
    usage: reply.usage,
  })
  if (reply.stopReason === 'refusal') return 'refused'
  if (reply.stopReason === 'max_tokens') return afterCut(state, reply, calls)
  state.cut = false
  if (reply.content.length > 0) state.messages.push({ role: 'assistant', content: reply.content })
  return calls.length === 0 ? 'done' : answerCalls(options, state, calls)
}

async function ask<E>(
  { model, role, system, tools, signal }: LoopOptions<E>,
  state: State<E>,
): Promise<ModelReply | LoopStop> {
  try {
    return await model.complete(
      { role, system, tools: tools.map(({ spec }) => spec), messages: [...state.messages] },
      signal,
    )
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.class === 'budget_spent') return 'budget_spent'
    if (thrown instanceof Fault && thrown.code === 'model_cancelled') return 'cancelled'
    throw thrown
  }
}

/** The last call of a cut reply may be half a call, so none is run. Reasoning without an answer is not worth sending back. */
function afterCut<E>(state: State<E>, reply: ModelReply, calls: Call[]): LoopStop | undefined {
  const told = 'Your reply was cut at its length limit, and nothing of it was run. Send it in smaller pieces.'
  if (textOf(reply) !== '' || calls.length > 0) state.messages.push({ role: 'assistant', content: reply.content })
  if (calls.length > 0)
    state.messages.push({
      role: 'user',
      content: calls.map((call) => resultBlock(call, { text: told, isError: true })),
    })
  else state.messages.push({ role: 'user', content: [{ type: 'text', text: told }] })
  const again = state.cut
  state.cut = true
  return again ? 'reply_cut' : undefined
}

async function answerCalls<E>(options: LoopOptions<E>, state: State<E>, calls: Call[]): Promise<LoopStop | undefined> {
  const position = createHash('sha256').update(JSON.stringify(state.messages)).digest('hex').slice(0, 24)
  const results: Block[] = []
  const behind: Behind = {}
  let stop: keyof typeof reasons | undefined
  for (const [index, call] of calls.entries()) {
    const tool = options.tools.find(({ spec }) => spec.name === call.name)
    const skipped = stop === undefined ? reasonToSkip(tool, behind) : undefined
    if (skipped === undefined) stop ??= reasonToStop(options, state, call)
    const reason = skipped ?? (stop && reasons[stop])
    const answer =
      reason === undefined
        ? await answerCall(options, state, { call, tool, key: `${position}.${index}` })
        : notRun(reason)
    results.push(resultBlock(call, answer))
    noteFailure(behind, { state, tool, answer })
    if (answer.end === undefined) continue
    state.ending = answer.end
    stop = 'done'
  }
  state.messages.push({ role: 'user', content: results })
  return stop
}

/** What calls of one reply leave to those behind them. */
interface Behind {
  /** Tool that should have changed something and did not. */
  failed?: string
  /** Why nothing more of this reply is run. */
  rest?: string
}

/** Calls are written before the answers of those in front of them are known: what stands on them must not be run when they failed. */
function reasonToSkip(tool: Tool<unknown> | undefined, { failed, rest }: Behind): string | undefined {
  if (rest !== undefined) return rest
  return tool?.closes === true && failed !== undefined ? `${failed} before it failed` : undefined
}

function noteFailure(
  behind: Behind,
  { state, tool, answer }: { state: State<unknown>; tool: Tool<unknown> | undefined; answer: ToolAnswer<unknown> },
): void {
  if (!answer.isError) return
  if (state.streak.count > warnedAt) {
    behind.rest ??= reasons.repeated
    state.streak = { call: '', count: 0 }
  } else if (tool?.closes) behind.rest ??= `${tool.spec.name} was not accepted`
  else if (tool?.kind === 'effect') behind.failed ??= tool.spec.name
}

/** The same call in a row: answered by a warning the third time, not run any more after that. */
const warnedAt = 3

function reasonToStop<E>(options: LoopOptions<E>, state: State<E>, call: Call): keyof typeof reasons | undefined {
  if (options.signal?.aborted) return 'cancelled'
  if (state.toolCalls === options.limits.toolCalls) return 'tool_calls'
  const same = JSON.stringify([call.name, call.input])
  state.streak = { call: same, count: state.streak.call === same ? state.streak.count + 1 : 1 }
  return state.streak.count > warnedAt && options.repeated === undefined ? 'repeated' : undefined
}

const reasons = {
  done: 'the work had ended',
  tool_calls: 'the limit of tool calls is reached',
  repeated: 'the same call was repeated',
  cancelled: 'the run was stopped',
} satisfies Partial<Record<LoopStop, string>>

function notRun(reason: string): ToolAnswer {
  return failed(`Not run: ${reason}.`)
}

/** Runs one call, or restores its answer after a crash. */
async function answerCall<E>(
  options: LoopOptions<E>,
  state: State<E>,
  { call, tool: asked, key }: { call: Call; tool: Tool<E> | undefined; key: string },
): Promise<ToolAnswer<E>> {
  state.toolCalls++
  const { count } = state.streak
  if (count === warnedAt)
    return failed(
      'Not run: the same call three times in a row. Its answer stays the same; do something else, or the work ends here.',
    )
  const tool: Pick<Tool<E>, 'kind' | 'run'> | undefined =
    count > warnedAt && options.repeated ? { kind: 'effect', run: options.repeated } : asked
  if (!tool) return failed(`There is no tool ${call.name}. There are: ${options.tools.map(nameOf).join(', ')}`)

  const began = options.clock?.() ?? performance.now()
  const stored = await options.journal.recorded(key)
  const ran = stored !== undefined && tool.kind === 'observe' ? undefined : await run(options, tool, call)
  const answer = stored === undefined ? ran : { ...ran, ...restored(stored) }
  if (!answer) throw new Fault('defect', 'tool_unanswered', `${call.name} gave no answer.`)
  if (stored === undefined)
    await options.journal.record(key, JSON.stringify({ text: answer.text, isError: answer.isError ?? false }))
  options.onEvent?.({
    kind: 'tool',
    name: call.name,
    input: call.input,
    result: answer.text.slice(0, loggedCharacters),
    isError: answer.isError ?? false,
    durationMs: Math.round((options.clock?.() ?? performance.now()) - began),
    restored: stored !== undefined,
  })
  return answer
}

/** Of an answer, in an event. */
const loggedCharacters = 1_000

function nameOf({ spec }: Tool<unknown>): string {
  return spec.name
}

/** What a tool does not expect goes back to the model as text; a fault is about the run, not about the call. */
async function run<E>(options: LoopOptions<E>, tool: Pick<Tool<E>, 'run'>, call: Call): Promise<ToolAnswer<E>> {
  try {
    return await tool.run(call.input, options.signal)
  } catch (thrown) {
    if (thrown instanceof Fault || !(thrown instanceof Error)) throw thrown
    options.onEvent?.({ kind: 'tool_failed', name: call.name, error: thrown })
    const code = 'code' in thrown ? ` (${String(thrown.code)})` : ''
    return { text: `${call.name} failed${code}. Try another way.`, isError: true }
  }
}

const storedAnswer = z.object({ text: z.string(), isError: z.boolean() })

function restored(stored: string): ToolAnswer {
  return storedAnswer.parse(JSON.parse(stored))
}

function resultBlock(call: Call, { text, isError }: ToolAnswer<unknown>): Block {
  return { type: 'tool_result', tool_use_id: call.id, content: text, ...(isError && { is_error: true }) }
}

function textOf(reply: ModelReply): string {
  return reply.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n')
}

function resultOf<E>(state: State<E>, stop: LoopStop): LoopResult<E> {
  const { messages, finalText, turns, toolCalls, ending } = state
  return { stop, messages, finalText, turns, toolCallCount: toolCalls, ...(ending !== undefined && { ending }) }
}
