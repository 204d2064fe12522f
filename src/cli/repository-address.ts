// Which `--repo` is an address, and which addresses can be used. What is used is kept with the run and shown to the model.
import { Fault } from '../errors.ts'

/** The address itself, or undefined for a path. Throws `invalid_input` faults with the mend. */
export function repositoryAddress(repo: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(repo)?.[1]?.toLowerCase()
  if (scheme === undefined && !/^[\w.-]+@[\w.-]+:/.test(repo)) return undefined
  if (scheme !== 'https' && scheme !== 'http') throw notByHttp(repo)
  if (!URL.canParse(repo)) throw notByHttp(repo)
  const { username, password } = new URL(repo)
  if (username !== '' || password !== '') throw holdsCredentials()
  return repo
}

function notByHttp(repo: string): Fault {
  return new Fault('invalid_input', 'address_unsupported', `${repo} cannot be fetched: only https and http can.`, {
    mend: 'Give the folder of a clone, or the https address.',
  })
}

/** The address is not named: it is the secret. */
function holdsCredentials(): Fault {
  return new Fault('invalid_input', 'address_with_credentials', 'The address of the repository holds credentials.', {
    mend: 'They would be kept with the run. Clone the repository yourself and give the folder of the clone.',
  })
}
