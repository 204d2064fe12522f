import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { createLedger } from '../../src/run/drizzle-ledger.ts'
import { rowsOf } from '../../src/run/orm.ts'
import { createTestDatabase, describePostgres, type TestDatabase } from '../support/postgres.ts'
import { type Program, startProgram } from '../support/program.ts'
import { temporaryFolder } from './support.ts'

const hold = new URL('./fixtures/hold-database.ts', import.meta.url)
const writer = new URL('./fixtures/write-until-killed.ts', import.meta.url)

let programs: Program[] = []
const start = (file: URL, args: string[]) => {
  const program = startProgram(file, args)
  programs.push(program)
  return program
}
afterEach(async () => {
  await Promise.all(programs.map((program) => program.kill()))
  programs = []
})

describe('the embedded database', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let finished: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    finished = await temporaryFolder()
    const database = await openDatabase({ dataDir: finished.path })
    await database.close()
  })
  afterAll(() => finished.remove())
  beforeEach(async () => {
    folder = await temporaryFolder()
    await cp(finished.path, folder.path, { recursive: true })
  })
  afterEach(() => folder.remove())

  it('refuses a second process on the same folder, in words, and lets it in when the first was killed', async () => {
    const first = start(hold, ['dataDir', folder.path])
    expect(await first.line()).toBe('open')
    await expect(openDatabase({ dataDir: folder.path })).rejects.toMatchObject({
      class: 'invalid_input',
      code: 'database_in_use',
      message: `Another Draftsmith process uses the data folder ${folder.path}.`,
      mend: 'Stop the other process, or set DATABASE_URL to a PostgreSQL database, which several processes can share.',
    })
    await first.kill()
    const second = await openDatabase({ dataDir: folder.path })
    await second.close()
    expect((await readdir(folder.path)).filter((name) => name.startsWith('lock'))).toEqual([])
  })

  it('refuses a second opening in the same process', async () => {
    const database = await openDatabase({ dataDir: folder.path })
    await expect(openDatabase({ dataDir: folder.path })).rejects.toMatchObject({ code: 'database_in_use' })
    await database.close()
  })

  it('lets at most one of several processes in that start at once over a lock left behind', async () => {
    const killed = start(hold, ['dataDir', folder.path])
    await killed.line()
    await killed.kill()
    const answers = await Promise.all([1, 2, 3].map(() => start(hold, ['dataDir', folder.path]).line()))
    expect(answers.filter((answer) => answer === 'open').length).toBeLessThanOrEqual(1)
    expect(new Set(answers)).toContain('database_in_use')
    expect(answers.filter((answer) => !['open', 'database_in_use'].includes(answer))).toEqual([])
  })

  it('guards a folder whose path is longer than a socket address', async () => {
    vi.stubEnv('TMPDIR', folder.path)
    const deep = join(folder.path, 'a'.repeat(60), 'b'.repeat(60))
    await cp(finished.path, deep, { recursive: true })
    const database = await openDatabase({ dataDir: deep })
    await expect(openDatabase({ dataDir: deep })).rejects.toMatchObject({ code: 'database_in_use' })
    await database.close()
    vi.unstubAllEnvs()
  })

  it('has every run that was acknowledged before a kill -9', async () => {
    const program = start(writer, [folder.path])
    const acknowledged: string[] = []
    while (acknowledged.length < 50) acknowledged.push(await program.line())
    await program.kill()
    const database = await openDatabase({ dataDir: folder.path })
    const ledger = createLedger({ database, clock: () => new Date(), ids: () => 'r', version: '1' })
    const kept = new Set((await ledger.list({ limit: 10_000 })).map((run) => run.id))
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
    await ledger.close()
  })

  it('starts anew over a folder that was never finished', async () => {
    const fresh = join(folder.path, 'fresh')
    await mkdir(join(fresh, 'database.unfinished'), { recursive: true })
    await writeFile(join(fresh, 'database.unfinished', 'PG_VERSION'), '18')
    const database = await openDatabase({ dataDir: fresh })
    await database.close()
    expect(await readdir(fresh)).toEqual(['database'])
  })

  it('refuses a schema that a newer version wrote', async () => {
    const database = await openDatabase({ dataDir: folder.path })
    await database.query((orm) => orm.execute(sql`insert into draftsmith.migration (version) values (99)`))
    await database.close()
    await expect(openDatabase({ dataDir: folder.path })).rejects.toMatchObject({
      class: 'invalid_input',
      code: 'database_newer',
      message: 'The database was written by a newer version of Draftsmith.',
      mend: 'Run that version or a later one, or use another database.',
    })
  })
})

describe('an address', () => {
  it.each(['mysql://localhost/x', 'postgres//localhost', 'somewhere', ''])('%j is refused', async (url) => {
    await expect(openDatabase({ url })).rejects.toMatchObject({
      class: 'invalid_input',
      code: 'database_url_invalid',
      mend: 'Write it as postgres://user:password@host:5432/name, or leave it out to use the embedded database.',
    })
  })

  it('where nobody answers is named without its password', async () => {
    const opening = openDatabase({ url: 'postgres://me:secret@127.0.0.1:1/shop' })
    await expect(opening).rejects.toMatchObject({
      class: 'infrastructure',
      code: 'database_unreachable',
      message: 'The database 127.0.0.1:1/shop does not answer: connect ECONNREFUSED 127.0.0.1:1',
      mend: expect.stringContaining('Check host and port in DATABASE_URL'),
    })
  })

  it('is needed, or a folder', async () => {
    await expect(openDatabase({})).rejects.toMatchObject({ code: 'database_not_configured' })
  })
})

describePostgres('PostgreSQL', () => {
  let server: TestDatabase
  beforeEach(async () => {
    server = await createTestDatabase()
  })
  afterEach(() => server.drop())

  it('refuses an unknown database and an unknown user with the mend', async () => {
    const noDatabase = new URL(server.url)
    noDatabase.pathname = '/missing'
    const noUser = new URL(server.url)
    noUser.username = 'nobody'
    for (const url of [noDatabase.href, noUser.href])
      await expect(openDatabase({ url })).rejects.toMatchObject({
        class: 'invalid_input',
        code: 'database_refused',
        mend: 'Check user, password and database name in DATABASE_URL; the user must be allowed to create schemas.',
      })
  })

  it('whose connection is cut within a transaction fails that one alone', async () => {
    const database = await openDatabase({ url: server.url })
    const cut = database.transact(async (transaction) => {
      const [own] = rowsOf<{ pid: number }>(await transaction.execute(sql`select pg_backend_pid() as pid`))
      await database.query((orm) => orm.execute(sql`select pg_terminate_backend(${own?.pid})`))
      // Between two statements nobody waits for the connection.
      await vi.waitUntil(async () => {
        const left = sql`select 1 from pg_stat_activity where pid = ${own?.pid}`
        return rowsOf(await database.query((orm) => orm.execute(left))).length === 0
      })
      await new Promise((resolve) => setImmediate(resolve))
      await transaction.execute(sql`select 1`)
    })
    await expect(cut).rejects.toMatchObject({ class: 'infrastructure', code: 'database_unreachable' })
    expect(rowsOf(await database.query((orm) => orm.execute(sql`select 1`)))).toHaveLength(1)
    await database.close()
  })

  it('is migrated once by processes that start together', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => openDatabase({ url: server.url })))
    const versions = await opened[0]?.query((orm) => orm.execute(sql`select version from draftsmith.migration`))
    const found = rowsOf<{ version: number }>(versions).map(({ version }) => version)
    expect(found.length).toBeGreaterThan(4)
    expect(found).toEqual(found.map((_, index) => index + 1))
    await Promise.all(opened.map((database) => database.close()))
  })
})
