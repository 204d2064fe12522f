import { afterAll, beforeAll, describe } from 'vitest'
import { openDatabase } from '../../src/run/database.ts'
import { ledgerContract } from '../contract/ledger.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { temporaryFolder } from './support.ts'

describe('the ledger on the embedded database', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())
  ledgerContract(() => openDatabase({ dataDir: folder.path }))
})

describePostgres('the ledger on PostgreSQL', () => {
  let server: TestDatabase
  beforeAll(async () => {
    server = await createTestDatabase()
  })
  afterAll(() => server.drop())
  ledgerContract(() => openDatabase({ url: server.url }))
})
