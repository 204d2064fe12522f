// The model of the benchmark: it solves one small defect of the bundled repository, after as many looks and edits as it is told.
// It keeps nothing between two requests: what it answers follows from the conversation it is sent.
import type { CachedRequest } from './prompt-cache.ts'

export type Role = 'analyst' | 'planner' | 'coder' | 'reviewer'

export interface ScriptedRequest extends CachedRequest {
  tools?: { name: string }[]
  output_config?: { format?: { schema?: { properties?: Record<string, unknown> } } }
}

export interface Script {
  /** Turns of looking and editing before the coder carries its plan out. */
  turns: number
  /** Every so many of these turns a whole check of the repository is run instead; a multiple of 6, or 0 for never. */
  checkEvery: number
}

export type ReplyBlock =
  | { type: 'text'; text: string }
  | { type: 'tool_use'; id: string; name: string; input: Record<string, unknown> }

/** Tools that are Draftsmith's own work; all others run commands of the repository. */
export const ownTools: ReadonlySet<string> = new Set(['list_files', 'search', 'read_file', 'edit_file'])

export const issue = {
  title: 'Small negative amounts lose their minus sign',
  body: '`formatMoney(-50)` in `src/money.js` answers `0.50` and should answer `-0.50`. Zero should stay `0.00`.',
}

export function roleOf({ tools = [], output_config }: ScriptedRequest): Role {
  const names = new Set(tools.map(({ name }) => name))
  if (names.has('done')) return 'coder'
  if (names.has('propose_plan')) return 'planner'
  return output_config?.format?.schema?.properties?.objections === undefined ? 'analyst' : 'reviewer'
}

export function replyTo(request: ScriptedRequest, script: Script): ReplyBlock[] {
  const role = roleOf(request)
  if (role === 'analyst') return [text(JSON.stringify(understanding))]
  if (role === 'reviewer') return [text(JSON.stringify({ objections: [], remarks: [] }))]
  const turn = request.messages.filter((message) => message.role === 'assistant').length
  if (role === 'planner') return [call(turn, 'propose_plan', plan)]
  return turn < script.turns ? exploring(turn, script) : closing(turn, turn - script.turns)
}

const source = 'src/money.js'
const tests = 'test/money.test.js'
const anchor = '/** Text with two decimals'

/** In rounds of six; no two neighbouring turns ask the same, so that the loop never takes them for a repetition. */
function exploring(turn: number, { turns, checkEvery }: Script): ReplyBlock[] {
  if (checkEvery > 0 && turn % checkEvery === checkEvery - 1) return [call(turn, 'run_check', { check: 'test' })]
  const draft = `// Draft ${Math.floor(turn / 6)}.\n${anchor}`
  const place = turn % 6
  if (place === 0) return [call(turn, 'read_file', { path: source })]
  if (place === 1) return [call(turn, 'search', { pattern: 'formatMoney' })]
  // Only where a turn is left in which it is taken back.
  if (place === 2 && turn + 2 < turns) return [edit(turn, source, anchor, draft)]
  if (place === 4) return [edit(turn, source, draft, anchor)]
  if (place === 5) return [call(turn, 'read_file', { path: tests }), call(turn, 'search', { pattern: 'cents' }, 1)]
  return [call(turn, 'list_files', place === 2 ? {} : { glob: 'src' })]
}

function closing(turn: number, step: number): ReplyBlock[] {
  if (step === 0) {
    const mended = edit(
      turn,
      source,
      'const whole = Math.trunc(cents / 100)',
      "const sign = cents < 0 && cents > -100 ? '-' : ''\n  const whole = Math.trunc(cents / 100)",
    )
    const used = edit(turn, source, '{groupDigits(whole)}.', '{sign + groupDigits(whole)}.', 1)
    return [mended, used, call(turn, 'done', { note: 'The sign of amounts below one is kept.' }, 2)]
  }
  if (step === 1) {
    const test =
      "  it('keeps the sign of amounts below one', () => {\n    assert.equal(formatMoney(-50), '-0.50')\n  })\n\n"
    const before = "  it('groups digits by three', () => {"
    return [
      edit(turn, tests, before, `${test}${before}`),
      call(turn, 'done', { note: 'A test that failed before.' }, 1),
    ]
  }
  return [call(turn, 'stop', { reason: 'The script of the benchmark has ended.' })]
}

const understanding = {
  taskType: 'bug_fix',
  objective: 'formatMoney keeps the minus sign of amounts between -0.99 and -0.01.',
  affectedFiles: [source],
  searchTerms: ['formatMoney'],
  constraints: ['Zero stays `0.00`.'],
  acceptanceCriteria: ['formatMoney(-50) answers -0.50'],
  complexity: 'low',
  risk: 'medium',
  questions: [],
}

const plan = {
  summary: 'The sign is lost because the whole part of a small amount is zero; it is written apart.',
  rootCause: 'src/money.js, formatMoney: Math.trunc(-50 / 100) is zero without a sign in text.',
  modifications: [
    modification('source', source, { title: 'Keep the sign', dependsOn: [], test: false }),
    modification('test', tests, { title: 'A test of small negative amounts', dependsOn: ['source'], test: true }),
  ],
  removedTests: [],
  risks: [],
  questions: [],
  feasible: true,
}

function modification(id: string, path: string, more: { title: string; dependsOn: string[]; test: boolean }) {
  return { id, path, kind: 'modify', reason: 'The contract asks for it.', estimatedLines: 5, ...more }
}

function text(words: string): ReplyBlock {
  return { type: 'text', text: words }
}

function edit(turn: number, path: string, before: string, after: string, place = 0): ReplyBlock {
  return call(turn, 'edit_file', { path, edits: [{ old: before, new: after }] }, place)
}

function call(turn: number, name: string, input: Record<string, unknown>, place = 0): ReplyBlock {
  return { type: 'tool_use', id: `toolu_${turn}_${place}`, name, input }
}
