// All parts, on what this machine has.
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, release, tmpdir, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { version } from '../../src/compose/process.ts'
import { createBubblewrapSandbox } from '../../src/sandbox/bubblewrap-sandbox.ts'
import { cloneCache } from './clone-cache.ts'
import { coldStart } from './cold-start.ts'
import { ask } from './databases.ts'
import { firstComment } from './first-comment.ts'
import { growth } from './growth.ts'
import { idleMemory } from './idle-memory.ts'
import { ownTime } from './own-time.ts'
import { type DatabaseKind, databaseKinds, type Part, type Settings, type Surroundings } from './part.ts'
import { essentials } from './programs.ts'
import { promptSize } from './prompt-size.ts'
import { recovery } from './recovery.ts'
import type { BenchReport, Row } from './report.ts'
import { sandboxCost } from './sandbox-cost.ts'
import { throughput } from './throughput.ts'
import { twoFileBug } from './two-file-bug.ts'
import { webhookAnswer } from './webhook-answer.ts'

/** In the order in which they are measured. */
export const parts: readonly Part[] = [
  webhookAnswer,
  ownTime,
  idleMemory,
  sandboxCost,
  cloneCache,
  promptSize,
  twoFileBug,
  coldStart,
  firstComment,
  recovery,
  throughput,
  growth,
]

export interface BenchOptions {
  parts: readonly Part[]
  settings: Settings
  /** A server on which databases may be made; PostgreSQL is left out without one. */
  postgresServer: string | undefined
  /** Default: those that there are. */
  databases?: readonly DatabaseKind[]
  say(text: string): void
}

/** Throws when a part cannot be measured; its folder is kept then, since the logs in it say why. */
export async function runParts({
  parts,
  settings,
  postgresServer,
  databases,
  say,
}: BenchOptions): Promise<BenchReport> {
  const at = new Date().toISOString()
  const loadBefore = loadavg()
  const folder = await mkdtemp(join(tmpdir(), 'draftsmith-bench-'))
  const { usable } = await createBubblewrapSandbox({ hostEnv: essentials() }).probe()
  const surroundings: Surroundings = {
    ...{ settings, folder, postgresServer, say },
    databases: databaseKinds.filter(
      (kind) => (databases?.includes(kind) ?? true) && (kind === 'embedded' || postgresServer !== undefined),
    ),
    sandbox: usable ? 'bubblewrap' : 'none',
  }
  const rows: Row[] = []
  for (const part of parts) {
    say(`${part.name} …`)
    rows.push(...(await part.measure(surroundings)))
  }
  const machine = { ...(await describeMachine(surroundings)), loadBefore, loadAfter: loadavg() }
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  return { version, at, machine, rows }
}

async function describeMachine({ postgresServer, sandbox }: Surroundings) {
  const processors = cpus()
  return {
    processor: processors[0]?.model ?? 'unknown processor',
    cores: processors.length,
    memoryMB: Math.round(totalmem() / 1_000_000),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    postgres:
      postgresServer === undefined
        ? 'none on this machine (apt-get install postgresql)'
        : String(await ask(postgresServer, 'show server_version')),
    sandbox,
  }
}
