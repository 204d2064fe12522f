// Two processes that write for one installation: each on a connection of its own, as on a machine of its own.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Spacing, WriteTurns } from '../../src/github/write-turns.ts'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { createWriteTurns } from '../../src/run/write-turns.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { appOn, freshRepository, startGitHub } from './fixture.ts'

describePostgres('writes of two processes', () => {
  let server: TestDatabase
  let databases: Database[]
  let github: EmulatedGitHub
  beforeAll(async () => {
    ;[server, github] = await Promise.all([createTestDatabase(), startGitHub()])
    databases = await Promise.all([openDatabase({ url: server.url }), openDatabase({ url: server.url })])
  })
  afterAll(async () => {
    await Promise.all(databases.map((database) => database.close()))
    await Promise.all([server.drop(), github.close()])
  })

  it('stand in one line, those that notify people in a longer one, and each installation in its own', async () => {
    const [turns, others] = databases.map(createWriteTurns)
    const spacing = { writeMs: 10_000 }
    expect(await turns?.next(71, spacing)).toBe(0)
    expect(await others?.next(72, spacing)).toBe(0)
    expect(await others?.next(71, spacing)).toBeGreaterThan(5_000)
    const notifying = { writeMs: 10, notifyMs: 10_000 }
    expect(await turns?.next(74, notifying)).toBe(0)
    expect(await others?.next(74, { writeMs: 10 })).toBeLessThan(11)
    expect(await others?.next(74, notifying)).toBeGreaterThan(5_000)
    expect(await turns?.next(73, { writeMs: 1 })).toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await turns?.next(73, { writeMs: 1 })).toBe(0)
  })

  it('take a turn each, a longer one where they notify people, and reading takes none', async () => {
    const asked: Spacing[] = []
    const next: WriteTurns['next'] = async (_, spacing) => {
      asked.push(spacing)
      return 0
    }
    const { name, installationId } = await freshRepository(github)
    const app = appOn(github, { writeSpacingMs: 1, turns: { next } }).repository(installationId, 'acme', name)
    const comment = await app.createComment(1, 'Hello')
    await app.updateComment(comment, 'Hello again')
    await app.comments(1)
    await app.release()
    expect(asked).toEqual([{ writeMs: 1, notifyMs: 3 }, { writeMs: 1 }])
  })

  it('are made all the same where the database does not answer', async () => {
    const away: WriteTurns = { next: async () => Promise.reject(new Error('away')) }
    const { repository, name, installationId } = await freshRepository(github)
    await appOn(github, { turns: away }).repository(installationId, 'acme', name).createComment(1, 'Hello')
    expect(await repository.comments(1)).toHaveLength(1)
  })
})
