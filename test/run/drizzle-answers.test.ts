import { afterAll, beforeAll, describe } from 'vitest'
import { openDatabase } from '../../src/run/database.ts'
import { questionContract } from '../contract/questions.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { temporaryFolder } from './support.ts'

describe('questions on the embedded database', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
  })
  afterAll(() => folder.remove())
  questionContract(() => openDatabase({ dataDir: folder.path }))
})

describePostgres('questions on PostgreSQL', () => {
  let server: TestDatabase
  beforeAll(async () => {
    server = await createTestDatabase()
  })
  afterAll(() => server.drop())
  questionContract(() => openDatabase({ url: server.url }))
})
