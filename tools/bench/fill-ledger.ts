// Fills a ledger with copies of the run that it holds.
import type { Database } from '../../src/run/database.ts'
import { sql } from '../../src/run/drivers.ts'
import { rowsOf } from '../../src/run/orm.ts'

export interface Filling {
  /** How many runs it is to hold afterwards. */
  runs: number
  /** The first so many copies are whole; of the others the large values are cut, so that 100,000 of them fit on any disk. */
  whole: number
}

/** Rows belong to the same tables and are found by the same indexes as those of real runs; only large values may be shorter. */
export async function fillLedger(database: Database, { runs, whole }: Filling): Promise<void> {
  const [model] = await rows<{ id: string }>(
    database,
    `select id from draftsmith.run where state = 'ended' and id not like '${copyPrefix}%' order by sequence limit 1`,
  )
  if (model === undefined) throw new Error('The ledger holds no run that could be copied.')
  const [there] = await rows<{ runs: number }>(database, 'select count(*)::int as runs from draftsmith.run')
  for (let from = there?.runs ?? 0; from < runs; from += batch) {
    const copies = { model: model.id, from: from + 1, to: Math.min(runs, from + batch), whole }
    const statements = await Promise.all(tables.map((table) => copying(database, table, copies)))
    await database.transact(async (transaction) => {
      // No trigger looks up for each row what was just written: neither foreign keys nor totals, which only ends count into.
      await transaction.execute(sql`set local session_replication_role = replica`)
      for (const statement of statements) await transaction.execute(sql.raw(statement))
    })
  }
  // What the filling has left to do is done before anything is timed.
  await rows(database, 'vacuum analyze')
  await rows(database, 'checkpoint')
}

const batch = 5_000
const copyPrefix = 'r-copy-'
/** A run's row goes before what refers to it. */
const tables = ['run', 'stage', 'model_call', 'event', 'artifact'] as const
/** Sequences number these themselves. */
const numbered = new Set(['run.sequence', 'stage.sequence', 'model_call.id', 'event.sequence'])

interface Copies {
  model: string
  from: number
  to: number
  whole: number
}

async function copying(database: Database, table: (typeof tables)[number], copies: Copies): Promise<string> {
  const columns = await rows<{ name: string }>(
    database,
    `select column_name as name from information_schema.columns
     where table_schema = 'draftsmith' and table_name = '${table}' order by ordinal_position`,
  )
  const names = columns.map(({ name }) => name).filter((name) => !numbered.has(`${table}.${name}`))
  const values = names.map((name) => copied(table, name, copies))
  return `insert into draftsmith.${table} (${names.join(', ')})
    select ${values.join(', ')}
    from draftsmith.${table} as model cross join generate_series(${copies.from}, ${copies.to}) as copy
    where model.${table === 'run' ? 'id' : 'run_id'} = '${copies.model}'`
}

/** The contract is read of many runs for an estimate, and therefore left whole. */
function copied(table: string, name: string, { whole }: Copies): string {
  const own = `model.${name}`
  const id = `'${copyPrefix}' || copy`
  if (name === 'run_id' || (table === 'run' && name === 'id')) return id
  if (name === 'task_key') return `'copy:' || copy`
  if (name === 'repository_key') return `'copy/' || copy % 500`
  if (table === 'run' && name.endsWith('_at')) return `${own} - copy * interval '1 minute'`
  if (['value', 'request', 'reply', 'content'].includes(name)) {
    const kept = table === 'stage' ? ` or model.stage = 'normalize'` : ''
    return `case when copy <= ${whole}${kept} then ${own} else substr(${own}, 1, 32) end`
  }
  return own
}

async function rows<T extends object>(database: Database, text: string): Promise<T[]> {
  return rowsOf<T>(await database.query((orm) => orm.execute(sql.raw(text))))
}
