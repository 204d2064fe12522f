// What a database's refusal means to the rest of the program.
import { Fault } from '../errors.ts'

/** PostgreSQL: connection exceptions, too many connections, shutting down, lost serialisation, deadlock. */
const passingSqlStates = /^(08|53|57P0|40001|40P01|25P02)/
const passingCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])
const passingMessages =
  /connection terminated|is not queryable|timeout exceeded when trying to connect|PGlite is closed|pool after calling end/i

/** PostgreSQL: wrong password or user, no such database, no permission. */
const refusals = new Set(['28000', '28P01', '3D000', '42501'])

/** Throws the fault that a failed statement means; what is no fault of the connection is thrown as it is. */
export function databaseFault(error: unknown): never {
  if (error instanceof Fault) throw error
  const { code, text } = rootOf(error)
  if (!isPassing(code, text)) throw error
  throw new Fault('infrastructure', 'database_unreachable', `The database does not answer: ${text}`, { cause: error })
}

/** The fault of an address that could not be opened. The password is never shown. */
export function unreachable(error: unknown, url: string): Fault {
  if (error instanceof Fault) return error
  const { code, text } = rootOf(error)
  const { host, pathname } = new URL(url)
  const place = `${host || 'the local socket'}${pathname}`
  if (refusals.has(code))
    return new Fault('invalid_input', 'database_refused', `The database ${place} refused: ${text}`, {
      mend: 'Check user, password and database name in DATABASE_URL; the user must be allowed to create schemas.',
      cause: error,
    })
  if (isPassing(code, text))
    return new Fault('infrastructure', 'database_unreachable', `The database ${place} does not answer: ${text}`, {
      mend: 'Check host and port in DATABASE_URL and that PostgreSQL is running; leave it out to use the embedded database.',
      cause: error,
    })
  return new Fault('defect', 'database_schema', `The schema could not be set up in ${place}: ${text}`, { cause: error })
}

/** The code of the driver or of PostgreSQL; empty where there is none. */
export function codeOf(error: unknown): string {
  return rootOf(error).code
}

function isPassing(code: string, text: string): boolean {
  return passingCodes.has(code) || passingSqlStates.test(code) || passingMessages.test(text)
}

/** Drizzle wraps the driver's error, and a host with several addresses fails with all of them at once. */
function rootOf(error: unknown): { code: string; text: string } {
  let root = error
  while (root instanceof Error && !('code' in root) && root.cause !== undefined) root = root.cause
  if (root instanceof AggregateError && root.errors[0] instanceof Error) root = root.errors[0]
  const code = root instanceof Error && 'code' in root ? String(root.code) : ''
  return { code, text: root instanceof Error ? root.message : String(root) }
}
