// What it takes to measure a repository from the terminal: a run that no ledger knows, asks no model and publishes nothing.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Logger } from 'pino'
import { composeRepositories } from '../compose/repositories.ts'
import { composeSandbox } from '../compose/sandbox.ts'
import type { Config } from '../config.ts'
import type { Preparing } from '../prepare/prepare-bench.ts'
import type { CloneSource } from '../task/task-host.ts'
import { Progress } from '../trace/progress.ts'

export interface UnrecordedRun {
  /** A plain name, unique on this machine; work trees are kept under it. */
  id: string
  repositoryKey: string
  clone: CloneSource
  /** Folder for the logs of the checks; absent: they are not kept. */
  logs?: string
  signal: AbortSignal
  /** What the reader should know, each once. */
  note(text: string): void
}

/** Nothing is read back: every stage does its work. */
export function openUnrecordedRun(config: Config, log: Logger, request: UnrecordedRun): Preparing {
  const { id, repositoryKey, clone, logs, signal } = request
  return {
    claimed: {
      run: { id, repositoryKey },
      readStage: async () => undefined,
      writeStage: async () => {},
      writeArtifact: async (name, content) => {
        if (logs !== undefined) await writeLog(join(logs, name), content)
      },
    },
    host: { cloneSource: async () => ({ ...clone, revoke: async () => {} }) },
    workspaces: composeRepositories(config).workspaces,
    sandbox: (policy) => composeSandbox(config, policy.sandbox),
    registries: config.network.registries,
    progress: progressOf(request),
    log,
    signal,
  }
}

async function writeLog(file: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, content)
}

function progressOf({ id, note }: UnrecordedRun): Progress {
  const told = new Set<string>()
  const progress = new Progress({
    runId: id,
    maxUsd: 0,
    ignored: [],
    now: () => new Date(),
    spent: async () => nothingSpent,
    show: async ({ notes }) => {
      for (const text of notes.filter((each) => !told.has(each))) {
        told.add(text)
        note(text)
      }
    },
  })
  progress.unmute()
  return progress
}

const nothingSpent = {
  tokens: 0,
  usd: undefined,
  calls: 0,
  usage: { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 },
}
