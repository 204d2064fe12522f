// In which order runs are taken: answered ones first, and within each lane the repositories in turn.
import { sql } from './drivers.ts'
import { jobs } from './jobs.ts'
import { rowsOf, type Transaction } from './orm.ts'

/** Somebody has answered and waits · somebody has asked for it. */
export type Lane = 'answered' | 'requested'

/** More turns than a lane ever has; pg-boss keeps a priority in 32 bits. */
const width = 1_000_000_000
const lanes: Record<Lane, number> = { answered: width, requested: 0 }

/**
 * The priority of a repository's next job in its lane: the lane less a turn. A turn is one later than the repository's last
 * that waits, and none earlier than what is being worked on. So a repository with a hundred runs has one in each round, one
 * that comes later has its first in the round that is under way, and nobody waits for ever. This is start-time fair
 * queueing (Goyal, Vin, Cheng: SIGCOMM 1996), every run counting as one.
 */
export async function priorityOf(
  orm: Pick<Transaction, 'execute'>,
  repositoryKey: string,
  lane: Lane,
): Promise<number> {
  const top = lanes[lane]
  const inLane = sql`name = ${jobs} and priority <= ${top} and priority > ${top - width}`
  const result = await orm.execute(sql`
    select least(
      (select min(priority) - 1 from pgboss.job where ${inLane} and state <= 'active' and group_id = ${repositoryKey}),
      coalesce(
        (select min(priority) from pgboss.job where ${inLane} and state = 'active'),
        (select max(priority) from pgboss.job where ${inLane} and state < 'active')
      ),
      ${top}::int
    ) as priority`)
  return Math.max(top - width + 1, rowsOf<{ priority: number }>(result)[0]?.priority ?? top)
}
