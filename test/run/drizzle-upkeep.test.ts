import { afterAll, beforeAll, describe } from 'vitest'
import { openDatabase } from '../../src/run/database.ts'
import { upkeepContract } from '../contract/upkeep.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { temporaryFolder } from './support.ts'

describe('upkeep on the embedded database', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())
  upkeepContract(() => openDatabase({ dataDir: folder.path }))
})

describePostgres('upkeep on PostgreSQL', () => {
  let server: TestDatabase
  beforeAll(async () => {
    server = await createTestDatabase()
  })
  afterAll(() => server.drop())
  upkeepContract(() => openDatabase({ url: server.url }))
})
