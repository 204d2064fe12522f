// What a part of the benchmark is given, and what it answers.
import type { Row } from './report.ts'

export const databaseKinds = ['embedded', 'postgres'] as const
export type DatabaseKind = (typeof databaseKinds)[number]

/** How long and how often; the test of the benchmark makes everything tiny. */
export interface Settings {
  webhook: { seconds: number; perSecond: number; modelDelayMs: number }
  ownTime: { turns: number }
  memory: { idleSeconds: number }
  sandbox: { commands: number }
  clone: { commits: number; times: number }
  start: { times: number }
  throughput: { concurrent: number[]; leastRuns: number }
  firstComment: { times: number }
  recovery: { times: number }
  growth: {
    /** Recorded runs at which is measured, rising. */
    runs: number[]
    /** Of these the records are as large as those of a real run; those of the others are short. */
    whole: number
    times: number
  }
}

export interface Surroundings {
  settings: Settings
  /** Where the parts may write; the caller removes it. */
  folder: string
  /** Those that this machine has. */
  databases: DatabaseKind[]
  /** Address of a server on which databases may be made; undefined where there is no PostgreSQL. */
  postgresServer: string | undefined
  /** What the service runs commands with. */
  sandbox: 'bubblewrap' | 'none'
  /** Something is under way; for whoever waits. */
  say(text: string): void
}

export interface Part {
  name: string
  measure(surroundings: Surroundings): Promise<Row[]>
}
