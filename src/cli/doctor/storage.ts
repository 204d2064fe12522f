// The database of the service: PostgreSQL, or the embedded one.
import { existsSync } from 'node:fs'
import { composeReader, openServiceDatabase, serviceDatabaseFolder } from '../../compose/databases.ts'
import type { Config } from '../../config.ts'
import { toFault } from '../../errors.ts'
import type { Finding } from './finding.ts'

/** Opens it as the service does, which also brings its schema up to date. An embedded one that is not there yet is not made. */
export async function checkDatabase(config: Config): Promise<Finding> {
  const check = 'database'
  const folder = serviceDatabaseFolder(config)
  if (config.databaseUrl === undefined && !existsSync(folder))
    return { check, level: 'ok', found: `embedded; the first start makes it in ${folder}` }
  try {
    const place = config.databaseUrl ? `PostgreSQL on ${placeOf(config.databaseUrl)}` : `embedded, in ${folder}`
    return { check, level: 'ok', found: `${place}, answered in ${await roundTrip(config)} ms` }
  } catch (thrown) {
    const fault = toFault(thrown)
    if (fault.code !== 'database_in_use')
      return { check, level: 'fail', found: fault.message, mend: fault.mend ?? 'Check DATABASE_URL and the server.' }
    const mend = 'Nothing to do where that is your running service; GET /readyz asks it. Otherwise stop that process.'
    return { check, level: 'warn', found: fault.message, mend }
  }
}

async function roundTrip(config: Config): Promise<number> {
  const ledger = composeReader(await openServiceDatabase(config))
  try {
    return Math.round(await ledger.ping())
  } finally {
    await ledger.close()
  }
}

/** Without user and password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host || 'the local socket'}${pathname}`
}
