// Finds a run in the ledgers that this machine can open: the service's and that of local runs.
import { existsSync } from 'node:fs'
import {
  composeReader,
  localDatabaseFolder,
  openLocalDatabase,
  openServiceDatabase,
  serviceDatabaseExists,
} from '../compose/databases.ts'
import type { Config } from '../config.ts'
import { Fault, toFault } from '../errors.ts'
import type { Ledger } from '../run/ledger.ts'
import type { Run } from '../run/run.ts'

/**
 * Calls `read` with the run and its ledger, and closes the ledger afterwards. Throws `invalid_input`/`run_unknown` with where
 * was looked, or why one of the places could not be looked into.
 */
export async function withRun<T>(
  config: Config,
  runId: string,
  read: (run: Run, ledger: Ledger) => Promise<T>,
): Promise<T> {
  const looked: string[] = []
  const shut: { name: string; fault: Fault }[] = []
  for (const { name, exists, open } of placesOf(config)) {
    if (!exists) continue
    const ledger = await open(config).then(composeReader, (thrown) => void shut.push({ name, fault: toFault(thrown) }))
    if (!ledger) continue
    try {
      const run = await ledger.find(runId)
      if (run) return await read(run, ledger)
      looked.push(name)
    } finally {
      await ledger.close()
    }
  }
  throw shut[0] === undefined ? unknown(runId, looked) : notLookedInto(runId, shut[0])
}

function unknown(runId: string, looked: string[]): Fault {
  const where = looked.length > 0 ? ` among ${looked.join(' and ')}` : ', since no database exists yet'
  return new Fault('invalid_input', 'run_unknown', `There is no run ${runId}${where}.`, {
    mend: 'Check the id, and set DATABASE_URL or DRAFTSMITH_DATA_DIR as the service has it.',
  })
}

/** It may be there all the same. */
function notLookedInto(runId: string, { name, fault }: { name: string; fault: Fault }): Fault {
  const { class: kind, code, message, mend, cause } = fault
  const told = `Run ${runId} was not found, and ${name} could not be looked at: ${message}`
  return new Fault(kind, code, told, { ...(mend && { mend }), cause })
}

interface Place {
  name: string
  exists: boolean
  open(config: Config): ReturnType<typeof openLocalDatabase>
}

function placesOf(config: Config): Place[] {
  return [
    { name: 'local runs', exists: existsSync(localDatabaseFolder(config)), open: openLocalDatabase },
    {
      name: 'runs of the service',
      exists: serviceDatabaseExists(config),
      open: openServiceDatabase,
    },
  ]
}
