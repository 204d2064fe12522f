// A fresh database a measurement: an empty data folder, or a database of its own on the benchmark's PostgreSQL.
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import type { DatabaseKind } from './part.ts'

export interface Database {
  kind: DatabaseKind
  /** Undefined on the embedded database, which lives in the service's data folder. */
  url: string | undefined
  drop(): Promise<void>
}

export async function createDatabase(kind: DatabaseKind, server: string | undefined): Promise<Database> {
  if (kind === 'embedded') return { kind, url: undefined, drop: async () => {} }
  if (server === undefined) throw new Error('There is no PostgreSQL.')
  const name = `bench_${randomBytes(6).toString('hex')}`
  await ask(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    kind,
    url: url.href,
    drop: async () => {
      await ask(server, `drop database if exists ${name} with (force)`)
    },
  }
}

/** The first column of the first row of the answer. */
export async function ask(server: string, statement: string): Promise<unknown> {
  const client = new Client({ connectionString: server })
  await client.connect()
  try {
    const { rows } = await client.query({ text: statement, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}
