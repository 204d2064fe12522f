// PostgreSQL where an address is given, else the embedded database in a folder of its own. One schema, one SQL.
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { Pool } from 'pg'
import { type ConstructorOptions, fromPglite } from 'pg-boss'
import { Fault } from '../errors.ts'
import { lockDataFolder } from './data-folder-lock.ts'
import { databaseFault, unreachable } from './database-fault.ts'
import { createPglite, ormOnPglite, ormOnPostgres } from './drivers.ts'
import { migrate } from './migrations.ts'
import type { Orm, Transaction } from './orm.ts'

export interface DatabaseOptions {
  /** `postgres://…`: PostgreSQL. Goes before `dataDir`. */
  url?: string
  /** Folder for the embedded database; made when it is not there. */
  dataDir?: string
}

export interface Database {
  readonly kind: 'postgres' | 'embedded'
  /** How pg-boss reaches the same database. */
  readonly jobs: ConstructorOptions
  /** Statements outside a transaction. Throws `infrastructure` faults where the database does not answer. */
  query<T>(work: (orm: Orm) => Promise<T>): Promise<T>
  /** One transaction; rolled back when `work` throws. On the embedded database nothing else runs meanwhile, so only `transaction` may be used inside. */
  transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/**
 * Opens the database and brings its schema up to date.
 * Throws `invalid_input`: `database_not_configured`, `database_url_invalid`, `database_refused`, `database_newer`, `database_in_use`;
 * `infrastructure`: `database_unreachable`.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  if (options.url !== undefined) return openPostgres(options.url)
  if (options.dataDir !== undefined) return openEmbedded(options.dataDir)
  throw new Fault(
    'invalid_input',
    'database_not_configured',
    'There is neither a database address nor a data folder.',
    {
      mend: 'Set DATABASE_URL to a PostgreSQL database, or name a data folder.',
    },
  )
}

async function openPostgres(url: string): Promise<Database> {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) throw invalidUrl()
  const pool = new Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 5_000, keepAlive: true })
  // An idle connection that breaks is replaced by the pool, and one in use fails at its next statement; without a listener either would
  // end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const orm = ormOnPostgres(pool)
  try {
    await migrate(orm)
  } catch (error) {
    await pool.end()
    throw unreachable(error, url)
  }
  return database('postgres', orm, { connectionString: url, max: 4 }, () => pool.end())
}

async function openEmbedded(dataDir: string): Promise<Database> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const lock = await lockDataFolder(dataDir)
  try {
    const pglite = await openPglite(dataDir)
    const orm = ormOnPglite(pglite)
    await migrate(orm)
    return database('embedded', orm, { db: fromPglite(pglite), backend: 'pglite' }, async () => {
      await pglite.close()
      await lock.release()
    })
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** Written into the folder's postgresql.conf once. PostgreSQL's own default of 128 MB would be resident in this process. */
const smallServer = ['shared_buffers=8MB', 'wal_buffers=1MB']

/** Made beside its place and moved there when it is whole: a process that dies while making it leaves nothing that looks finished. */
async function openPglite(dataDir: string): Promise<PGlite> {
  const folder = join(dataDir, 'database')
  if (!existsSync(folder)) {
    const unfinished = join(dataDir, 'database.unfinished')
    await rm(unfinished, { recursive: true, force: true })
    const made = await createPglite({ dataDir: unfinished, postgresqlconf: smallServer })
    await made.close()
    await rename(unfinished, folder)
  }
  return createPglite({ dataDir: folder })
}

function database(
  kind: Database['kind'],
  orm: Orm,
  jobs: ConstructorOptions,
  closeDriver: () => Promise<void>,
): Database {
  let closing: Promise<void> | undefined
  return {
    kind,
    jobs,
    query: (work) => work(orm).catch(databaseFault),
    transact: (work) => orm.transaction(work).catch(databaseFault),
    close: () => {
      closing ??= closeDriver()
      return closing
    },
  }
}

function invalidUrl(): Fault {
  return new Fault(
    'invalid_input',
    'database_url_invalid',
    'DATABASE_URL is not the address of a PostgreSQL database.',
    {
      mend: 'Write it as postgres://user:password@host:5432/name, or leave it out to use the embedded database.',
    },
  )
}
