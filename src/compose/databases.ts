// Which database a command opens, and where it lies.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { type Database, openDatabase } from '../run/database.ts'
import { createLedger } from '../run/drizzle-ledger.ts'
import type { Ledger } from '../run/ledger.ts'
import { clock, ids, version } from './process.ts'

/** PostgreSQL where an address is set, else the embedded database of the service. */
export function openServiceDatabase(config: Config): Promise<Database> {
  return config.databaseUrl
    ? openDatabase({ url: config.databaseUrl })
    : openDatabase({ dataDir: serviceDatabaseFolder(config) })
}

/** Local runs keep their own embedded database, so that they work beside a service. */
export function openLocalDatabase(config: Config): Promise<Database> {
  return openDatabase({ dataDir: localDatabaseFolder(config) })
}

/** Whether there is one already: to look at nothing, none has to be made. */
export function serviceDatabaseExists(config: Config): boolean {
  return config.databaseUrl !== undefined || existsSync(serviceDatabaseFolder(config))
}

export function serviceDatabaseFolder({ dataDir }: Config): string {
  return join(dataDir, 'database')
}

export function localDatabaseFolder({ dataDir }: Config): string {
  return join(dataDir, 'local-database')
}

/** Opens a ledger for reading. */
export function composeReader(database: Database): Ledger {
  return createLedger({ database, clock, ids, version })
}
