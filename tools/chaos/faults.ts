// What goes wrong outside of Draftsmith: GitHub, the model, the network between, the database.
import { Client } from 'pg'
import type { EmulatedGitHub, FaultRequest, FaultSeed } from '../../test/support/emulated-github/types.ts'
import { type Answer, begin, refused } from '../../test/support/messages-api.ts'
import type { Asked, ScriptedMessages } from '../../test/support/scripted-messages.ts'
import { perOccasion, type Random } from './random.ts'

export interface FaultCount {
  github: number
  model: number
}

export interface Faults {
  random: Random
  /** Of the calls that fail, from 0 to 1. */
  share: number
  /** Counted up. */
  count: FaultCount
}

const secondary = {
  message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
}
const afterOne = { 'retry-after': '1' }
const kinds: Omit<FaultSeed, 'match'>[] = [
  { kind: 'status', status: 502 },
  { kind: 'status', status: 403, headers: afterOne, body: secondary },
  { kind: 'status', status: 429, headers: afterOne, body: secondary },
  { kind: 'reset' },
  { kind: 'timeout_after_write' },
]

/** Calls of the API fail, in each way as often as in the others; git is left to itself. Returns what takes the faults away. */
export function githubFaults(github: EmulatedGitHub, { random, share, count }: Faults): () => void {
  const occasion = perOccasion(random)
  const drawn = new WeakMap<FaultRequest, number>()
  // Every fault is asked of every request; the first of them draws for all.
  const draw = (request: FaultRequest) => {
    const known = drawn.get(request)
    if (known !== undefined) return known
    const own = occasion(`${request.method} ${request.path}`)
    const failing = /^\/(repos|app|installation)\b/.test(request.path) && own.chance(share)
    const kind = failing ? own.between(0, kinds.length - 1) : -1
    if (failing) count.github += 1
    drawn.set(request, kind)
    return kind
  }
  const taken = kinds.map((fault, kind) => github.fault({ ...fault, match: (request) => draw(request) === kind }))
  return () => {
    for (const take of taken) take()
  }
}

/** Calls of the model fail. */
export function modelFaults({ random, share, count }: Faults): (asked: Asked) => Answer | undefined {
  const occasion = perOccasion(random)
  return ({ title, role, turn }) => {
    const own = occasion(`${title} ${role} ${turn}`)
    if (!own.chance(share)) return undefined
    count.model += 1
    return own.pick([
      refused(429, 'rate_limit_error', 'slow down', afterOne),
      refused(529, 'overloaded_error', 'overloaded'),
      refused(500, 'api_error', 'something broke'),
      brokenOff,
    ])
  }
}

/** The reply has begun, and the connection is gone. */
const brokenOff: Answer = (response) => {
  begin(response)
  setTimeout(() => response.destroy(), 20)
}

const gone: Answer = (response) => {
  response.destroy()
}

/** No call reaches GitHub, git included, nor the model. Returns what mends the network. */
export function cutNetwork(github: EmulatedGitHub, model: ScriptedMessages): () => void {
  const mend = github.fault({ match: () => true, kind: 'reset' })
  const before = model.fault
  model.fault = () => gone
  return () => {
    mend()
    model.fault = before
  }
}

/** One connection of the server dies by SIGKILL: PostgreSQL then ends all the others and recovers as after a crash. */
export async function crashDatabase(url: string): Promise<void> {
  await ask(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`,
    )
    if (rows[0] !== undefined) process.kill(rows[0].pid, 'SIGKILL')
  })
}

/** Every connection of one process to the database is cut, whatever it is in the middle of. */
export async function cutFromDatabase(url: string, member: string): Promise<void> {
  await ask(url, async (client) => {
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [member])
  })
}

async function ask(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end().catch(() => {})
  }
}
