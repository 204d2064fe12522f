// The calls of one reply, run in order. A reply is written before the answers of its calls are known, so what stands on a
// call that failed must not be run.
import { z } from 'zod'
import { Fault } from '../errors.ts'
import type { Block } from '../model/model.ts'
import type { Journal } from './journal.ts'
import { failed, type Tool, type ToolAnswer } from './tools.ts'

export type Call = Extract<Block, { type: 'tool_use' }>

/** Why no further call is run, and the loop ends. */
export type CallStop = 'done' | 'tool_calls' | 'repeated' | 'cancelled'

export type CallEvent =
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

export interface CallOptions<E> {
  tools: readonly Tool<E>[]
  limits: { toolCalls: number }
  journal: Journal
  /** Answers in place of a call that is repeated although it was warned of, and goes on; absent: the loop ends. */
  repeated?: Tool<E>['run']
  /** For durations, in ms. */
  clock?: () => number
  signal?: AbortSignal
  onEvent?: (event: CallEvent) => void
}

/** Goes on from reply to reply. */
export interface CallState {
  toolCalls: number
  /** The same call in a row. */
  streak: { call: string; count: number }
}

export interface Answered<E> {
  /** One a call, in their order. */
  results: Block[]
  stop: CallStop | undefined
  /** What the ending tool gave. */
  ending: E | undefined
}

/** Every call is answered, also those that are not run. */
export async function answerCalls<E>(
  options: CallOptions<E>,
  state: CallState,
  { calls, position }: { calls: Call[]; position: string },
): Promise<Answered<E>> {
  const results: Block[] = []
  const behind: Behind = {}
  let stop: CallStop | undefined
  let ending: E | undefined
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
    ending = answer.end
    stop = 'done'
  }
  return { results, stop, ending }
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
  { state, tool, answer }: { state: CallState; tool: Tool<unknown> | undefined; answer: ToolAnswer<unknown> },
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

function reasonToStop<E>(options: CallOptions<E>, state: CallState, call: Call): CallStop | undefined {
  if (options.signal?.aborted) return 'cancelled'
  if (state.toolCalls === options.limits.toolCalls) return 'tool_calls'
  const same = JSON.stringify([call.name, call.input])
  state.streak = { call: same, count: state.streak.call === same ? state.streak.count + 1 : 1 }
  return state.streak.count > warnedAt && options.repeated === undefined ? 'repeated' : undefined
}

const reasons: Record<CallStop, string> = {
  done: 'the work had ended',
  tool_calls: 'the limit of tool calls is reached',
  repeated: 'the same call was repeated',
  cancelled: 'the run was stopped',
}

function notRun(reason: string): ToolAnswer {
  return failed(`Not run: ${reason}.`)
}

/** Runs one call, or restores its answer after a crash. */
async function answerCall<E>(
  options: CallOptions<E>,
  state: CallState,
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
    options.journal.record(key, JSON.stringify({ text: answer.text, isError: answer.isError ?? false }))
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
async function run<E>(options: CallOptions<E>, tool: Pick<Tool<E>, 'run'>, call: Call): Promise<ToolAnswer<E>> {
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

export function resultBlock(call: Call, { text, isError }: ToolAnswer<unknown>): Block {
  return { type: 'tool_result', tool_use_id: call.id, content: text, ...(isError && { is_error: true }) }
}
