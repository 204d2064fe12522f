// The queue, as the service works on it and as an operator looks after it.
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Database } from '../run/database.ts'
import type { QueueDesk } from '../run/desk.ts'
import { createLedger } from '../run/drizzle-ledger.ts'
import { createQueueDesk } from '../run/pg-boss-desk.ts'
import { createQueue, type PgBossQueue } from '../run/pg-boss-queue.ts'
import { openServiceDatabase } from './databases.ts'
import { clock, ids, version } from './process.ts'

export function composeQueue(config: Config, database: Database, logger: Logger): Promise<PgBossQueue> {
  const { concurrency, organisationConcurrency: organisationLimit } = config
  return createQueue({ database, concurrency, organisationLimit, logger })
}

/** Opens the service's database; no job is taken. */
export async function composeQueueDesk(config: Config, log: Logger): Promise<QueueDesk> {
  const database = await openServiceDatabase(config)
  const queue = await composeQueue(config, database, log)
  const { enqueue, wake } = queue
  return createQueueDesk({ database, queue, ledger: createLedger({ database, enqueue, wake, clock, ids, version }) })
}
