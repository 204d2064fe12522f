// The tables as drizzle sees them; `migrations.ts` creates them. One schema for PostgreSQL and the embedded database.
//
// Small values that an operator reads are `json`, not `jsonb`: issue text may hold a NUL, which `jsonb` refuses.
// Large values are gzip'd JSON (`compression.ts`).

import type { ModelRole } from '../model/model.ts'
import type { Task } from '../task/task.ts'
import {
  bigserial,
  customType,
  doublePrecision,
  integer,
  json,
  pgSchema,
  primaryKey,
  text,
  timestamp,
} from './drivers.ts'
import type { Outcome } from './outcome.ts'
import type { Question, Said } from './question.ts'
import type { RunState } from './run.ts'

const draftsmith = pgSchema('draftsmith')

const bytes = customType<{ data: Buffer; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  fromDriver: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength),
})
const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

export const runTable = draftsmith.table('run', {
  id: text('id').primaryKey(),
  /** Orders runs; never a clock. */
  sequence: bigserial('sequence', { mode: 'number' }).notNull(),
  taskKey: text('task_key').notNull(),
  repositoryKey: text('repository_key').notNull(),
  attempt: integer('attempt').notNull(),
  task: json('task').$type<Task>().notNull(),
  state: text('state').$type<RunState>().notNull(),
  outcome: json('outcome').$type<Outcome>(),
  epoch: integer('epoch').notNull(),
  version: text('version').notNull(),
  recordFormat: integer('record_format').notNull(),
  cancelReason: text('cancel_reason'),
  createdAt: moment('created_at').notNull(),
  startedAt: moment('started_at'),
  endedAt: moment('ended_at'),
  question: json('question').$type<Question>(),
  askedAt: moment('asked_at'),
  workedMs: doublePrecision('worked_ms').notNull().default(0),
  tries: integer('tries').notNull().default(0),
  /** Records, replies and answers that there were when it was last seen to have got further. */
  kept: integer('kept').notNull().default(0),
  waitedMs: doublePrecision('waited_ms').notNull().default(0),
  claimedAt: moment('claimed_at'),
  /** When people knew how it ended. */
  toldAt: moment('told_at'),
  /** When its records were removed. */
  clearedAt: moment('cleared_at'),
})

export const deliveryTable = draftsmith.table('delivery', {
  id: text('id').primaryKey(),
  receivedAt: moment('received_at').notNull(),
})

export const stageTable = draftsmith.table(
  'stage',
  {
    sequence: bigserial('sequence', { mode: 'number' }).notNull(),
    runId: text('run_id').notNull(),
    stage: text('stage').notNull(),
    round: integer('round').notNull(),
    inputHash: text('input_hash').notNull(),
    value: bytes('value').notNull(),
    writtenAt: moment('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.stage, table.round, table.inputHash] })],
)

export const modelCallTable = draftsmith.table('model_call', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  runId: text('run_id').notNull(),
  requestHash: text('request_hash').notNull(),
  role: text('role').$type<ModelRole>().notNull(),
  state: text('state').$type<'reserved' | 'settled'>().notNull(),
  request: bytes('request').notNull(),
  reply: bytes('reply'),
  /** Reserved: the upper bound. Settled: the charge. */
  tokens: doublePrecision('tokens').notNull(),
  /** Null where the model has no price. */
  usd: doublePrecision('usd'),
  inputTokens: integer('input_tokens').notNull().default(0),
  cacheWriteTokens: integer('cache_write_tokens').notNull().default(0),
  cacheReadTokens: integer('cache_read_tokens').notNull().default(0),
  outputTokens: integer('output_tokens').notNull().default(0),
  reservedAt: moment('reserved_at').notNull(),
  settledAt: moment('settled_at'),
})

export const answerTable = draftsmith.table('answer', {
  sequence: bigserial('sequence', { mode: 'number' }).primaryKey(),
  runId: text('run_id').notNull(),
  questionHash: text('question_hash').notNull(),
  question: json('question').$type<Question>().notNull(),
  said: json('said').$type<Said>().notNull(),
  by: text('said_by').notNull(),
  askedAt: moment('asked_at').notNull(),
  at: moment('said_at').notNull(),
})

export const eventTable = draftsmith.table('event', {
  sequence: bigserial('sequence', { mode: 'number' }).primaryKey(),
  runId: text('run_id').notNull(),
  kind: text('kind').notNull(),
  data: json('data').$type<Record<string, unknown>>().notNull(),
  at: moment('at').notNull(),
})

export const artifactTable = draftsmith.table(
  'artifact',
  {
    runId: text('run_id').notNull(),
    name: text('name').notNull(),
    mediaType: text('media_type').notNull(),
    /** Size before compression. */
    bytes: integer('bytes').notNull(),
    content: bytes('content').notNull(),
    writtenAt: moment('written_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.name] })],
)
