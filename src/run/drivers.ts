// The database libraries, loaded as CommonJS. Linked as ES modules, drizzle's many small files with their import cycles make
// some 250 MB of garbage at start, of which V8 keeps more than 100 MB for good; required, they take 20 MB.
import { createRequire } from 'node:module'
import type { PGlite, PGliteOptions } from '@electric-sql/pglite'
import type { Pool } from 'pg'
import type { Orm } from './orm.ts'

const require = createRequire(import.meta.url)

export const { and, asc, between, count, desc, eq, gt, inArray, isNull, lt, ne, sql } =
  require('drizzle-orm') as typeof import('drizzle-orm')

export const { alias, bigserial, customType, doublePrecision, integer, json, pgSchema, primaryKey, text, timestamp } =
  require('drizzle-orm/pg-core') as typeof import('drizzle-orm/pg-core')

export function ormOnPostgres(pool: Pool): Orm {
  const { drizzle } = require('drizzle-orm/node-postgres') as typeof import('drizzle-orm/node-postgres')
  return drizzle(pool)
}

export function ormOnPglite(pglite: PGlite): Orm {
  const { drizzle } = require('drizzle-orm/pglite') as typeof import('drizzle-orm/pglite')
  return drizzle(pglite)
}

/** Loaded only where it is used: a process on PostgreSQL has no need of it. */
export function createPglite(options: PGliteOptions): Promise<PGlite> {
  const { PGlite } = require('@electric-sql/pglite') as typeof import('@electric-sql/pglite')
  return PGlite.create(options)
}
