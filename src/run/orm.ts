// What both drivers have in common, seen through drizzle.
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'

export type Orm = PgDatabase<PgQueryResultHKT, Record<string, never>>
export type Transaction = Parameters<Parameters<Orm['transaction']>[0]>[0]

/** The rows of a raw statement; both drivers answer an object that holds them, which drizzle's common type does not say. */
export function rowsOf<T>(result: unknown): T[] {
  return (result as { rows: T[] }).rows
}
