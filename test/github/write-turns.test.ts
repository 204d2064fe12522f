// Two processes that write for one installation: each on a connection of its own, as on a machine of its own.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { GitHubRepository } from '../../src/github/github.ts'
import type { WriteTurns } from '../../src/github/write-turns.ts'
import { type Database, openDatabase } from '../../src/run/database.ts'
import { createWriteTurns } from '../../src/run/write-turns.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { appOn, freshRepository, startGitHub } from './fixture.ts'

const spacingMs = 150
/** Between the clocks of the database and of GitHub's stand-in, and what a call takes. */
const toleranceMs = 60

describePostgres('writes of two processes', () => {
  let server: TestDatabase
  let databases: Database[]
  let github: EmulatedGitHub
  let apart: GitHubRepository[]
  beforeAll(async () => {
    ;[server, github] = await Promise.all([createTestDatabase(), startGitHub()])
    databases = await Promise.all([openDatabase({ url: server.url }), openDatabase({ url: server.url })])
    const { name, installationId } = await freshRepository(github)
    apart = databases.map((database) =>
      appOn(github, { writeSpacingMs: spacingMs, turns: createWriteTurns(database) }).repository(
        installationId,
        'acme',
        name,
      ),
    )
  })
  afterAll(async () => {
    await Promise.all(databases.map((database) => database.close()))
    await Promise.all([server.drop(), github.close()])
  })

  const writesAt = (method: string, path: RegExp) =>
    github.calls().flatMap((call) => (call.method === method && path.test(call.path) ? [Date.parse(call.at)] : []))
  const least = (moments: number[]) => {
    const inOrder = moments.toSorted((one, other) => one - other)
    return Math.min(...inOrder.slice(1).map((at, index) => at - (inOrder[index] ?? 0)))
  }

  it('stand in one line, and those that notify people in a longer one', async () => {
    const [one] = apart
    const comment = await one?.createComment(1, 'Hello')
    github.clearCalls()
    await Promise.all(apart.flatMap((each) => [1, 2].map((n) => each.updateComment(comment ?? 0, `Edit ${n}`))))
    const edits = writesAt('PATCH', /\/issues\/comments\/\d+$/)
    expect(edits).toHaveLength(4)
    expect(least(edits)).toBeGreaterThan(spacingMs - toleranceMs)
    await Promise.all(apart.map((each) => each.createComment(1, 'Again')))
    const comments = writesAt('POST', /\/issues\/1\/comments$/)
    expect(comments).toHaveLength(2)
    expect(least(comments)).toBeGreaterThan(3 * spacingMs - toleranceMs)
  })

  it('wait for nobody where the other installation writes, and come late to nobody after a pause', async () => {
    const [turns, others] = databases.map(createWriteTurns)
    const spacing = { writeMs: 10_000 }
    expect(await turns?.next(71, spacing)).toBe(0)
    expect(await others?.next(72, spacing)).toBe(0)
    expect(await others?.next(71, spacing)).toBeGreaterThan(9_000)
    expect(await turns?.next(73, { writeMs: 1 })).toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await turns?.next(73, { writeMs: 1 })).toBe(0)
  })

  it('are made all the same where the database does not answer', async () => {
    const away: WriteTurns = { next: async () => Promise.reject(new Error('away')) }
    const { repository, name, installationId } = await freshRepository(github)
    await appOn(github, { turns: away }).repository(installationId, 'acme', name).createComment(1, 'Hello')
    expect(await repository.comments(1)).toHaveLength(1)
  })
})
