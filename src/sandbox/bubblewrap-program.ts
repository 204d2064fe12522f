// Finds bubblewrap and socat on the machine, and what this bubblewrap can do.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Fault } from '../errors.ts'
import type { HostEnvironment } from './host-environment.ts'
import { findProgram } from './programs.ts'

const run = promisify(execFile)

export interface BubblewrapProgram {
  /** Absolute. */
  bwrap: string
  /** Absolute. */
  socat: string
  /** From 0.8 on. */
  canForbidUserNamespaces: boolean
}

/** Throws `invalid_input`/`sandbox_unavailable`, naming the Debian packages that are missing. */
export async function findBubblewrap(hostEnv: HostEnvironment): Promise<BubblewrapProgram> {
  if (process.platform !== 'linux') {
    throw unavailable(
      'it needs Linux',
      'Run on Linux, or choose the sandbox `none` by name for a repository you trust.',
    )
  }
  const bwrap = findProgram('bwrap', hostEnv)
  const socat = findProgram('socat', hostEnv)
  const missing = [...(bwrap ? [] : ['bubblewrap']), ...(socat ? [] : ['socat'])]
  if (bwrap === undefined || socat === undefined) {
    throw unavailable(`${missing.join(' and ')} missing`, `apt-get install ${missing.join(' ')}`)
  }
  const help = await run(bwrap, ['--help'], { env: {} }).catch((cause: unknown) => {
    throw unavailable(`${bwrap} does not start: ${String(cause)}`, 'apt-get install --reinstall bubblewrap')
  })
  for (const option of ['--json-status-fd', '--clearenv', '--size']) {
    if (help.stdout.includes(option)) continue
    throw unavailable(`this bubblewrap does not know ${option}`, 'Install bubblewrap 0.6 or later.')
  }
  return { bwrap, socat, canForbidUserNamespaces: help.stdout.includes('--disable-userns') }
}

function unavailable(what: string, mend: string): Fault {
  return new Fault('invalid_input', 'sandbox_unavailable', `The bubblewrap sandbox cannot be used: ${what}.`, { mend })
}
