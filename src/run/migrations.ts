// Versioned, forward only. A released migration is never edited: a new need is a new entry at the end.

import { Fault } from '../errors.ts'
import { sql } from './drivers.ts'
import { type Orm, rowsOf, type Transaction } from './orm.ts'

/** The kind of an outcome, which stands first. Not by `->>`, which refuses an outcome with a NUL anywhere in its words. */
function kindOf(row: string): string {
  return `substring(${row}.outcome::text from '"kind" *: *"([a-z_]+)"')`
}

/** One entry a version, one string a statement: the embedded database takes one at a time. */
const migrations: readonly (readonly string[])[] = [
  [
    `create table draftsmith.run (
      id text primary key,
      sequence bigserial not null unique,
      task_key text not null,
      repository_key text not null,
      attempt integer not null,
      task json not null,
      state text not null check (state in ('queued', 'running', 'awaiting_approval', 'awaiting_answer', 'ended')),
      outcome json,
      epoch integer not null,
      version text not null,
      cancel_reason text,
      created_at timestamptz not null,
      started_at timestamptz,
      ended_at timestamptz,
      unique (task_key, attempt),
      check ((state = 'ended') = (outcome is not null))
    )`,
    `create unique index run_under_way on draftsmith.run (task_key) where state <> 'ended'`,
    `create index run_state on draftsmith.run (state, sequence)`,
    `create table draftsmith.delivery (
      id text primary key,
      received_at timestamptz not null
    )`,
    `create table draftsmith.stage (
      sequence bigserial not null,
      run_id text not null references draftsmith.run,
      stage text not null,
      round integer not null,
      input_hash text not null,
      value bytea not null,
      written_at timestamptz not null,
      primary key (run_id, stage, round, input_hash)
    )`,
    `create table draftsmith.model_call (
      id bigserial primary key,
      run_id text not null references draftsmith.run,
      request_hash text not null,
      role text not null,
      state text not null check (state in ('reserved', 'settled')),
      request bytea not null,
      reply bytea,
      tokens double precision not null,
      usd double precision,
      input_tokens integer not null default 0,
      cache_write_tokens integer not null default 0,
      cache_read_tokens integer not null default 0,
      output_tokens integer not null default 0,
      reserved_at timestamptz not null,
      settled_at timestamptz,
      check ((state = 'settled') = (reply is not null))
    )`,
    `create index model_call_request on draftsmith.model_call (run_id, request_hash)`,
    `create table draftsmith.event (
      sequence bigserial primary key,
      run_id text not null references draftsmith.run,
      kind text not null,
      data json not null,
      at timestamptz not null
    )`,
    `create index event_run on draftsmith.event (run_id, sequence)`,
    `create table draftsmith.artifact (
      run_id text not null references draftsmith.run,
      name text not null,
      media_type text not null,
      bytes integer not null,
      content bytea not null,
      written_at timestamptz not null,
      primary key (run_id, name)
    )`,
    // Which job works on a repository; see the queue. Stale rows are harmless: only an active job counts.
    `create table draftsmith.occupied (
      repository_key text primary key,
      job_id uuid not null
    )`,
  ],
  [
    // A run that was asked to stop unwinds beside the one that was asked for since.
    `drop index draftsmith.run_under_way`,
    `create unique index run_under_way on draftsmith.run (task_key) where state <> 'ended' and cancel_reason is null`,
  ],
  [
    // What a run asks people, and what they said: one answer a question, whoever comes first.
    `alter table draftsmith.run
      add column question json,
      add column asked_at timestamptz,
      add column worked_ms double precision not null default 0`,
    `create table draftsmith.answer (
      sequence bigserial primary key,
      run_id text not null references draftsmith.run,
      question_hash text not null,
      question json not null,
      said json not null,
      said_by text not null,
      asked_at timestamptz not null,
      said_at timestamptz not null,
      unique (run_id, question_hash)
    )`,
  ],
  [
    // What ended runs came to, kept when their rows are gone and read without counting them. By a trigger, since a run is
    // ended in several places and every one has to count. Rows are taken in order, so that two ends never wait for each other.
    `create table draftsmith.total (
      figure text not null,
      label text not null,
      value double precision not null,
      primary key (figure, label)
    )`,
    `create function draftsmith.figures_of(ended text, outcome text)
      returns table (figure text, label text, value double precision) language sql stable as $$
        select 'runs', outcome, 1::double precision
        union all
        select kind.figure, kind.role, kind.value
        from (
          select role, count(*) filter (where state = 'settled') as calls, sum(tokens) as tokens, coalesce(sum(usd), 0) as usd
          from draftsmith.model_call where run_id = ended group by role
        ) as charge
        cross join lateral (values
          ('calls', charge.role, charge.calls::double precision),
          ('tokens', charge.role, charge.tokens),
          ('usd', charge.role, charge.usd)
        ) as kind (figure, role, value)
      $$`,
    `create function draftsmith.count_ended_run() returns trigger language plpgsql as $$
      begin
        insert into draftsmith.total as total (figure, label, value)
        select own.figure, own.label, own.value
        from draftsmith.figures_of(new.id, ${kindOf('new')}) as own order by 1, 2
        on conflict (figure, label) do update set value = total.value + excluded.value;
        return null;
      end
    $$`,
    `create trigger count_ended_run after update of state on draftsmith.run
      for each row when (new.state = 'ended' and old.state <> 'ended') execute function draftsmith.count_ended_run()`,
    `insert into draftsmith.total (figure, label, value)
      select own.figure, own.label, sum(own.value)
      from draftsmith.run as run cross join lateral draftsmith.figures_of(run.id, ${kindOf('run')}) as own
      where run.state = 'ended' group by own.figure, own.label`,
    // What GitHub leaves an installation of its calls, as its answers tell; shared by all processes.
    `create table draftsmith.github_budget (
      installation_id bigint primary key,
      call_limit integer not null,
      remaining integer not null,
      resets_at timestamptz not null,
      closed_until timestamptz,
      seen_at timestamptz not null
    )`,
  ],
  [
    // Which jobs work for a repository and its organisation; see the queue. Stale rows are harmless: only an active job counts.
    `drop table draftsmith.occupied`,
    `create table draftsmith.place (
      job_id uuid primary key,
      repository_key text not null,
      owner_key text not null
    )`,
    `create index place_owner on draftsmith.place (owner_key)`,
    // How many runs of a repository may be under way at once, as its policy said last; one where there is no row.
    `create table draftsmith.repository (
      repository_key text primary key,
      concurrency integer not null check (concurrency > 0)
    )`,
    // While there is a row, nothing is taken from the queue.
    `create table draftsmith.pause (
      only_row boolean primary key default true check (only_row),
      since timestamptz not null default now(),
      reason text not null
    )`,
    // The shape of a run's records; see `record-format.ts`.
    `alter table draftsmith.run add column record_format integer not null default 1`,
  ],
  [
    // What the rounds look after (`upkeep.ts`): a run that a worker has for too long, an end that nobody was told, and what of
    // an old run was removed. How earlier runs ended counts as told.
    `alter table draftsmith.run
      add column claimed_at timestamptz,
      add column told_at timestamptz,
      add column cleared_at timestamptz`,
    `update draftsmith.run set told_at = ended_at where state = 'ended'`,
    `create index run_untold on draftsmith.run (ended_at) where state = 'ended' and told_at is null`,
    `create index run_uncleared on draftsmith.run (ended_at) where state = 'ended' and cleared_at is null`,
    `create index delivery_received on draftsmith.delivery (received_at)`,
    // Whose turn a round is: the process that moved the time at which it is due.
    `create table draftsmith.duty (
      name text primary key,
      round integer not null,
      due_at timestamptz not null,
      memory json
    )`,
  ],
  [
    // What every run asks before it is priced, of its repository and of all (`earlier-runs.ts`, whose condition this is): without
    // them it reads every run that there ever was.
    `create index run_changed_of_repository on draftsmith.run (repository_key, sequence)
      where outcome::text ~ '^ *[{] *"kind" *: *"(pull_request|unverified)"'`,
    `create index run_changed on draftsmith.run (sequence)
      where outcome::text ~ '^ *[{] *"kind" *: *"(pull_request|unverified)"'`,
  ],
  [
    // How often a run was tried since it last got further, how much of it was kept by then, and how long it has waited since
    // (`tries.ts`).
    `alter table draftsmith.run
      add column tries integer not null default 0,
      add column kept integer not null default 0,
      add column waited_ms double precision not null default 0`,
  ],
  [
    // What became of the pull request of a run: `merged` or `closed`.
    `alter table draftsmith.run
      add column pull_request_end text check (pull_request_end in ('merged', 'closed')),
      add column pull_request_ended_at timestamptz`,
    // Answers that commands are owed, each under the delivery of its command (`replies.ts`).
    `create table draftsmith.reply (
      delivery text primary key,
      task_key text not null,
      place json not null,
      reaction text,
      words text,
      owed_at timestamptz not null,
      tried_at timestamptz,
      told_at timestamptz
    )`,
    `create index reply_owed on draftsmith.reply (owed_at) where told_at is null`,
    // From when on an installation may be written to again; moved by whoever takes a turn (`write-turns.ts`).
    `create table draftsmith.write_turn (
      installation_id bigint primary key,
      write_at timestamptz not null,
      notify_at timestamptz not null
    )`,
  ],
  [
    // Runs whose pull request is looked after; the condition is that of `run_changed`.
    `create index run_open_work on draftsmith.run (ended_at)
      where pull_request_end is null and outcome::text ~ '^ *[{] *"kind" *: *"(pull_request|unverified)"'`,
  ],
]

/** Any number that nobody else uses on this server: several processes may start at once, one migrates. */
const migrationLock = 7_305_118_226

/** The schema's version. */
export const newestVersion = migrations.length

/** Brings the schema to this version, or to that of an earlier release. Throws `invalid_input` when the database was written by a newer Draftsmith. */
export async function migrate(orm: Orm, to: number = newestVersion): Promise<void> {
  await orm.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(${migrationLock}::bigint)`)
    await transaction.execute(sql`create schema if not exists draftsmith`)
    await transaction.execute(sql`create table if not exists draftsmith.migration (
      version integer primary key,
      applied_at timestamptz not null default now()
    )`)
    const current = await currentVersion(transaction)
    refuseNewer(current)
    for (let version = current + 1; version <= to; version += 1) await apply(transaction, version)
  })
}

async function currentVersion(transaction: Transaction): Promise<number> {
  const result = await transaction.execute(sql`select coalesce(max(version), 0) as version from draftsmith.migration`)
  return Number(rowsOf<{ version: number }>(result)[0]?.version ?? 0)
}

function refuseNewer(current: number): void {
  if (current <= newestVersion) return
  throw new Fault('invalid_input', 'database_newer', 'The database was written by a newer version of Draftsmith.', {
    mend: 'Run that version or a later one, or use another database.',
    data: { database: current, known: newestVersion },
  })
}

async function apply(transaction: Transaction, version: number): Promise<void> {
  for (const statement of migrations[version - 1] ?? []) await transaction.execute(sql.raw(statement))
  await transaction.execute(sql`insert into draftsmith.migration (version) values (${version})`)
}
