// What is written to the ledger while it is written: the moments at which something goes wrong are chosen by it.
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { type Stage, stages } from '../../src/run/run.ts'

export interface LedgerWrite {
  /** Whose write it was. */
  member: string
  /** Where the record of a whole stage was written. */
  stage: Stage | undefined
}

/** Tells of every row that is committed, its writer by the name of its connection. */
export async function watchPostgres(url: string, seen: (write: LedgerWrite) => void): Promise<AsyncDisposable> {
  const client = await connect(url)
  await client.query(triggers)
  await client.end()
  const ending = new AbortController()
  const watching = watch(url, { seen, signal: ending.signal })
  return {
    async [Symbol.asyncDispose]() {
      ending.abort()
      await watching
    },
  }
}

interface Watching {
  seen(write: LedgerWrite): void
  signal: AbortSignal
}

/** Goes on with another connection when one breaks, since the database is made to crash, too. */
async function watch(url: string, { seen, signal }: Watching): Promise<void> {
  while (!signal.aborted) {
    const client = await connect(url).catch(() => undefined)
    if (client !== undefined) {
      const over = Promise.withResolvers<void>()
      client.on('notification', ({ payload }) => seen(writeOf(JSON.parse(payload ?? '{}'))))
      client.once('end', over.resolve)
      signal.addEventListener('abort', () => over.resolve(), { once: true })
      await client.query(`listen ${channel}`).catch(over.resolve)
      await over.promise
      await client.end().catch(() => {})
    }
    await sleep(200)
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}

const channel = 'draftsmith_chaos'

/** The large columns are not looked at: what is watched must not become another thing by it. */
const triggers = [
  teller('tell_write', `''`, ['run', 'model_call', 'event', 'artifact']),
  teller('tell_stage', 'new.stage', ['stage']),
].join(';\n')

function teller(name: string, stage: string, tables: string[]): string {
  return [
    `create or replace function draftsmith.${name}() returns trigger language plpgsql as $$
    begin
      perform pg_notify('${channel}', json_build_object(
        'by', current_setting('application_name'), 'stage', ${stage}, 'at', clock_timestamp())::text);
      return new;
    end $$`,
    ...tables.map(
      (table) => `create or replace trigger ${name} after insert or update on draftsmith.${table}
        for each row execute function draftsmith.${name}()`,
    ),
  ].join(';\n')
}

function writeOf({ by = '', stage }: { by?: string; stage?: string }): LedgerWrite {
  return { member: by, stage: stages.find((name) => name === stage) }
}

/**
 * The embedded database belongs to one process, and nobody else can look into it: there the log of that process says what it
 * has recorded.
 */
export function writeInLog(member: string, line: string): LedgerWrite | undefined {
  const stage = /"stage":"(\w+)".*"msg":"stage ended"/.exec(line)?.[1]
  return stage === undefined ? undefined : { member, stage: stages.find((name) => name === stage) }
}
