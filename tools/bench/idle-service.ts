// What a service needs that is started only to stand there: a database of its own, and a GitHub that knows the App.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createDatabase } from './databases.ts'
import { startGitHub } from './github.ts'
import type { DatabaseKind, Surroundings } from './part.ts'
import { freePort, type ServiceOptions } from './service.ts'

export interface Idle {
  /** May be used for one start after the other. */
  options: ServiceOptions
  close(): Promise<void>
}

/** `name` is that of its folder. */
export async function openIdle(name: string, kind: DatabaseKind, surroundings: Surroundings): Promise<Idle> {
  const folder = join(surroundings.folder, name)
  await mkdir(folder, { recursive: true })
  const database = await createDatabase(kind, surroundings.postgresServer)
  const github = await startGitHub({ folder, repositories: { tally: 1 } })
  return {
    options: { folder, database, sandbox: surroundings.sandbox, port: await freePort(), github },
    async close() {
      await github.stop()
      await database.drop()
    },
  }
}
