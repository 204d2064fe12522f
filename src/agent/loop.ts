// The tool loop: ask, run the calls of the reply in order, send all results back in one message, until something ends it.
// Messages are only ever added, so that every request is the one before it and something more.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { Fault } from '../errors.ts'
import type { Block, Message, Model, ModelReply, ModelRole, Usage } from '../model/model.ts'
import {
  answerCalls,
  type Call,
  type CallEvent,
  type CallOptions,
  type CallState,
  resultBlock,
} from './answer-calls.ts'
import { failed } from './tools.ts'

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

export type LoopEvent = { kind: 'reply'; turn: number; text: string; calls: string[]; usage: Usage } | CallEvent

export interface LoopOptions<E> extends Omit<CallOptions<E>, 'limits' | 'onEvent'> {
  model: Pick<Model, 'complete' | 'kept'>
  role: ModelRole
  system: string
  /** The conversation so far; ends with a user message. Not changed. */
  messages: readonly Message[]
  limits: { turns: number; toolCalls: number }
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
  /** Where the budget ended it. */
  unpaid?: Unpaid
}

/** The call that was not made: the most that it could have taken, and what was left. */
export interface Unpaid {
  ceiling: 'usd' | 'tokens'
  needed: number
  left: number
}

interface State<E> extends CallState {
  messages: Message[]
  finalText: string
  turns: number
  ending: E | undefined
  cut: boolean
  unpaid?: Unpaid
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
    if (stop === undefined) continue
    await Promise.all([options.journal.written(), options.model.kept()])
    return resultOf(state, stop)
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
  if (calls.length === 0) return 'done'
  const position = createHash('sha256').update(JSON.stringify(state.messages)).digest('hex').slice(0, 24)
  const answered = await answerCalls(options, state, { calls, position })
  state.messages.push({ role: 'user', content: answered.results })
  state.ending = answered.ending
  return answered.stop
}

async function ask<E>(
  { model, role, system, tools, signal, journal }: LoopOptions<E>,
  state: State<E>,
): Promise<ModelReply | LoopStop> {
  try {
    return await model.complete(
      { role, system, tools: tools.map(({ spec }) => spec), messages: [...state.messages] },
      signal,
      // A reply that is kept must find the answers it was given, word for word, or it is paid for again.
      () => journal.written(),
    )
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.class === 'budget_spent') {
      state.unpaid = unpaid.safeParse(thrown.data).data
      return 'budget_spent'
    }
    if (thrown instanceof Fault && thrown.code === 'model_cancelled') return 'cancelled'
    throw thrown
  }
}

const unpaid = z.object({ ceiling: z.enum(['usd', 'tokens']), needed: z.number(), left: z.number() })

/** The last call of a cut reply may be half a call, so none is run. Reasoning without an answer is not worth sending back. */
function afterCut<E>(state: State<E>, reply: ModelReply, calls: Call[]): LoopStop | undefined {
  const told = 'Your reply was cut at its length limit, and nothing of it was run. Send it in smaller pieces.'
  if (textOf(reply) !== '' || calls.length > 0) state.messages.push({ role: 'assistant', content: reply.content })
  if (calls.length > 0)
    state.messages.push({
      role: 'user',
      content: calls.map((call) => resultBlock(call, failed(told))),
    })
  else state.messages.push({ role: 'user', content: [{ type: 'text', text: told }] })
  const again = state.cut
  state.cut = true
  return again ? 'reply_cut' : undefined
}

function textOf(reply: ModelReply): string {
  return reply.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n')
}

function resultOf<E>(state: State<E>, stop: LoopStop): LoopResult<E> {
  const { messages, finalText, turns, toolCalls, ending, unpaid } = state
  const ended = { ...(ending !== undefined && { ending }), ...(unpaid !== undefined && { unpaid }) }
  return { stop, messages, finalText, turns, toolCallCount: toolCalls, ...ended }
}
