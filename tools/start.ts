// `npm start`: the service from the sources, with what `.env` sets. Without one nothing is said of it: the environment may hold everything.
import { join } from 'node:path'
import { loadOwnEnvFile } from '../src/cli/env-file.ts'
import { toFault } from '../src/errors.ts'

try {
  const note = loadOwnEnvFile(process.cwd(), join(import.meta.dirname, '..'))
  if (note !== undefined) console.error(note)
} catch (thrown) {
  const { message, mend } = toFault(thrown)
  console.error(`Draftsmith cannot start: ${message}\n${mend ?? ''}`)
  process.exit(2)
}
await import('../src/main.ts')
