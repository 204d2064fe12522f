// Owed replies on PostgreSQL and on the embedded database: one SQL for both.
import type { SQL } from 'drizzle-orm'
import type { Reply } from '../render/command-replies.ts'
import type { Database } from './database.ts'
import { sql } from './drivers.ts'
import { rowsOf } from './orm.ts'
import type { OwedReply, Replies, ReplyPlace } from './replies.ts'

export interface RepliesOptions {
  database: Database
  clock: () => Date
}

/** Longer than a write to GitHub takes that stands in line with many others. */
const turnMs = 5 * 60_000
const longestMs = 3 * 24 * 3_600_000

interface Row {
  delivery: string
  task_key: string
  place: ReplyPlace
  reaction: Reply['reaction'] | null
  words: string | null
  again: boolean
}

export function createReplies({ database, clock }: RepliesOptions): Replies {
  const before = (ms = 0) => sql`${new Date(clock().getTime() - ms).toISOString()}::timestamptz`
  const run = (statement: SQL) => database.query((orm) => orm.execute(statement))
  /** The row is the lock: whoever moves the time of the last try has it. */
  const take = async (which: SQL): Promise<OwedReply | undefined> => {
    const taken = await run(sql`
      with wanted as (
        select delivery, tried_at is not null as again from draftsmith.reply as reply
        where told_at is null and ${which}
        order by owed_at limit 1 for update skip locked
      )
      update draftsmith.reply as reply set tried_at = ${before()} from wanted where reply.delivery = wanted.delivery
      returning reply.delivery, reply.task_key, reply.place, reply.reaction, reply.words, wanted.again`)
    const [row] = rowsOf<Row>(taken)
    return row && owedOf(row)
  }
  return {
    async owe(delivery, { taskKey, place }) {
      await run(sql`
        insert into draftsmith.reply (delivery, task_key, place, owed_at)
        values (${delivery}, ${taskKey}, ${JSON.stringify(place)}::json, ${before()}) on conflict do nothing`)
    },
    async word(delivery, { reaction, text }) {
      await run(sql`
        update draftsmith.reply set reaction = ${reaction}, words = ${text} where delivery = ${delivery} and words is null`)
    },
    take: (delivery) => take(sql`delivery = ${delivery} and (tried_at is null or tried_at <= ${before(turnMs)})`),
    takeNext: () =>
      take(sql`owed_at > ${before(longestMs)} and coalesce(tried_at, owed_at) <= ${before(turnMs)}
        and (words is not null or exists (select 1 from draftsmith.delivery where delivery.id = reply.delivery))`),
    async told(delivery) {
      await run(sql`update draftsmith.reply set told_at = ${before()} where delivery = ${delivery}`)
    },
  }
}

function owedOf({ delivery, task_key: taskKey, place, reaction, words, again }: Row): OwedReply {
  const reply = reaction === null || words === null ? undefined : { reaction, text: words }
  return { delivery, taskKey, place, reply, again }
}
