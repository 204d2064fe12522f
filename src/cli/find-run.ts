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

/** Calls `read` with the run and its ledger, and closes the ledger afterwards. Throws `invalid_input`/`run_unknown` with where was looked. */
export async function withRun<T>(
  config: Config,
  runId: string,
  read: (run: Run, ledger: Ledger) => Promise<T>,
): Promise<T> {
  const looked: string[] = []
  for (const place of placesOf(config)) {
    if (!place.exists) continue
    const ledger = await openLedger(place, looked)
    if (ledger === undefined) continue
    try {
      const run = await ledger.find(runId)
      if (run) return await read(run, ledger)
      looked.push(`${place.name}: not there`)
    } finally {
      await ledger.close()
    }
  }
  throw new Fault(
    'invalid_input',
    'run_unknown',
    `There is no run ${runId}. Looked in ${looked.join('; ') || 'no database, since none exists yet'}.`,
    {
      mend: 'Check the id, and set DATABASE_URL or DRAFTSMITH_DATA_DIR as the service has it.',
    },
  )
}

interface Place {
  name: string
  exists: boolean
  open(config: Config): ReturnType<typeof openLocalDatabase>
}

function placesOf(config: Config): (Place & { config: Config })[] {
  return [
    { config, name: 'local runs', exists: existsSync(localDatabaseFolder(config)), open: openLocalDatabase },
    {
      config,
      name: 'the service',
      exists: serviceDatabaseExists(config),
      open: openServiceDatabase,
    },
  ]
}

/** A database that another process holds is passed over, and said. */
async function openLedger(place: Place & { config: Config }, looked: string[]): Promise<Ledger | undefined> {
  try {
    return composeReader(await place.open(place.config))
  } catch (thrown) {
    looked.push(`${place.name}: ${toFault(thrown).message}`)
    return undefined
  }
}
