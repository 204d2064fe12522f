import { Client } from 'pg'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { describePostgres } from './postgres.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

describePostgres('a PostgreSQL of its own', () => {
  let server: PostgresServer | undefined
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server?.stop())

  it('ends its connections as it is stopped, and has what was committed when it is started again', async () => {
    const client = new Client({ connectionString: server?.url })
    await client.connect()
    await client.query('create table kept as select 7 as number')
    const told: string[] = []
    client.on('error', ({ message }) => told.push(message))
    await server?.restart(0)
    await vi.waitUntil(() => told.length > 0)
    expect(told[0]).toContain('administrator command')
    const again = new Client({ connectionString: server?.url })
    await again.connect()
    expect((await again.query('select number from kept')).rows).toEqual([{ number: 7 }])
    await again.end()
  })
})
