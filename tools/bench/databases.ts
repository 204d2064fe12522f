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

/** As many as PostgreSQL keeps for use again by default (`min_wal_size`), and one. */
const walFiles = 6

/**
 * Brings a new server to where one is that has run for a while: its WAL files are there to be used again. A new one makes each of
 * them under the commits that wait for it, 16 MB of zeros at a time, which on a slow disk is a stop of some 100 ms for everybody.
 */
export async function runIn(server: string): Promise<void> {
  await ask(server, 'create table run_in (word text)')
  for (let file = 0; file < walFiles; file++) {
    await ask(server, `insert into run_in values ('${file}')`)
    await ask(server, 'select pg_switch_wal()')
  }
  await ask(server, 'drop table run_in')
  await ask(server, 'checkpoint')
}
