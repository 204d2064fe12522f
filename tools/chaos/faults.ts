// What goes wrong outside of Draftsmith: GitHub, the model, the network between, the database.
import { Client } from 'pg'
import type { EmulatedGitHub } from '../../test/support/emulated-github/types.ts'
import { type Answer, begin, refused } from '../../test/support/messages-api.ts'
import type { Random } from './random.ts'

export interface FaultCount {
  github: number
  model: number
}

const secondary = {
  message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
}

/** A fifth of all calls of the API fails, each kind as often as the others; git is left to itself. Returns what takes the faults away. */
export function githubFaults(github: EmulatedGitHub, random: Random, count: FaultCount): () => void {
  const match = ({ path }: { path: string }) => {
    const hit = /^\/(repos|app|installation)\b/.test(path) && random.chance(0.05)
    if (hit) count.github += 1
    return hit
  }
  const taken = [
    github.fault({ match, kind: 'status', status: 502 }),
    github.fault({ match, kind: 'status', status: 403, headers: { 'retry-after': '1' }, body: secondary }),
    github.fault({ match, kind: 'reset' }),
    github.fault({ match, kind: 'timeout_after_write' }),
  ]
  return () => {
    for (const take of taken) take()
  }
}

/** A fifth of all calls of the model fails. */
export function modelFault(random: Random, count: FaultCount): Answer | undefined {
  if (!random.chance(0.2)) return undefined
  count.model += 1
  return random.pick([
    refused(429, 'rate_limit_error', 'slow down', { 'retry-after': '1' }),
    refused(529, 'overloaded_error', 'overloaded'),
    refused(500, 'api_error', 'something broke'),
    brokenOff,
  ])
}

/** The reply has begun, and the connection is gone. */
const brokenOff: Answer = (response) => {
  begin(response)
  setTimeout(() => response.destroy(), 20)
}

/** No call reaches GitHub, git included. Returns what mends the network. */
export function cutNetwork(github: EmulatedGitHub): () => void {
  return github.fault({ match: () => true, kind: 'reset' })
}

/** One connection of the server dies by SIGKILL: PostgreSQL then ends all the others and recovers as after a crash. */
export async function crashDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() limit 1`,
    )
    if (rows[0] !== undefined) process.kill(rows[0].pid, 'SIGKILL')
  } finally {
    await client.end().catch(() => {})
  }
}
