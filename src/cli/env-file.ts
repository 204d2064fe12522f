// `.env` of the current folder, as far as it is the user's own.
import { existsSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadEnvFile } from 'node:process'
import { Fault } from '../errors.ts'

/**
 * Loads it where it exists; variables that are set already stay. In somebody's repository it is left alone: a file that was
 * cloned could send the key to another address, or switch the sandbox off. Answers the note that says so.
 */
export function loadOwnEnvFile(folder: string, ownFolder: string): string | undefined {
  const file = join(folder, '.env')
  if (!existsSync(file)) return undefined
  const repository = repositoryAround(realpathSync(folder))
  if (repository !== undefined && repository !== realpathSync(ownFolder))
    return `${file} was not read, since it belongs to the repository ${repository}. Set the variables in your environment.`
  try {
    loadEnvFile(file)
    return undefined
  } catch (cause) {
    throw new Fault('invalid_input', 'env_file_unreadable', `${file} cannot be read.`, {
      mend: 'Make it a readable file, or move it away.',
      cause,
    })
  }
}

function repositoryAround(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder
  const above = dirname(folder)
  return above === folder ? undefined : repositoryAround(above)
}
