// Once a test run: a real PostgreSQL, where the machine has one.
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the test server's own database; absent where there is no PostgreSQL on the machine. */
    postgresUrl: string | undefined
  }
}

let server: PostgresServer | undefined

export async function setup(project: TestProject): Promise<void> {
  server = await startPostgres()
  project.provide('postgresUrl', server?.url)
}

export async function teardown(): Promise<void> {
  await server?.stop()
}
