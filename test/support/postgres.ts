// A database of its own on the test run's PostgreSQL.
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { describe, inject } from 'vitest'
import { withoutSystemPart } from './system.ts'

const missing = 'PostgreSQL missing'
const mend = 'apt-get install postgresql'

/** `describe` for tests that need PostgreSQL. */
export const describePostgres =
  inject('postgresUrl') === undefined
    ? withoutSystemPart(missing, mend)
    : (describe as (title: string, tests: () => void) => void)

/** For tests that run on either: an embedded database takes seconds to make. */
export const databaseAtHand = inject('postgresUrl') === undefined ? 'embedded' : 'postgres'

export interface TestDatabase {
  url: string
  drop(): Promise<void>
}

/** For tests within `describePostgres`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgresUrl')
  if (server === undefined) throw new Error(`${missing}: ${mend}`)
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, drop: () => onServer(server, `drop database if exists ${name} with (force)`) }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.query(statement)
  await client.end()
}
