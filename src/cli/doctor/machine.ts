// What the machine has to bring: Node, git, room on the disk, a sandbox.
import { constants, existsSync } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { gitVersion } from '../../compose/repositories.ts'
import { composeSandbox } from '../../compose/sandbox.ts'
import type { Config } from '../../config.ts'
import { toFault } from '../../errors.ts'
import type { SandboxKind } from '../../sandbox/sandbox.ts'
import { isRecent, leastNode } from '../node-version.ts'
import type { Finding } from './finding.ts'

/** Debian 12 and Ubuntu 22.04 have it or a later one. */
const leastGit = '2.34'

export function checkNode(): Finding {
  const { node } = process.versions
  if (isRecent(node, leastNode)) return { check: 'node', level: 'ok', found: node }
  return {
    check: 'node',
    level: 'fail',
    found: `${node} is too old`,
    mend: `Install Node ${leastNode} or later; https://nodejs.org has it.`,
  }
}

export async function checkGit(config: Config): Promise<Finding> {
  const mend = `Install git ${leastGit} or later: \`apt-get install git\`.`
  try {
    const said = await gitVersion(config)
    const version = /\d+(\.\d+)+/.exec(said)?.[0] ?? said
    if (isRecent(version, leastGit)) return { check: 'git', level: 'ok', found: version }
    return { check: 'git', level: 'fail', found: `${version} is too old`, mend }
  } catch (thrown) {
    return { check: 'git', level: 'fail', found: toFault(thrown).message, mend }
  }
}

const gibibyte = 2 ** 30

/** Mirrors, work trees and their dependencies lie there; a full disk fails every run. */
export async function checkDataFolder({ dataDir }: Config): Promise<Finding> {
  const check = 'data folder'
  const place = nearestExisting(dataDir)
  try {
    await access(place, constants.W_OK | constants.X_OK)
  } catch {
    const mend = 'Give it to the user that runs Draftsmith, or set DRAFTSMITH_DATA_DIR to another folder.'
    return { check, level: 'fail', found: `${place} cannot be written`, mend }
  }
  const { bavail, bsize } = await statfs(place)
  const free = (bavail * bsize) / gibibyte
  const found = `${dataDir}, ${free.toFixed(1)} GiB free`
  if (free >= 5) return { check, level: 'ok', found }
  const mend = 'Make room, or set DRAFTSMITH_DATA_DIR to a larger disk; docs/operating.md says what may be deleted.'
  return { check, level: free < 1 ? 'fail' : 'warn', found, mend }
}

function nearestExisting(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestExisting(dirname(folder))
}

const heldByCgroup = ['memory', 'processes', 'cpus']

/** Tries it with a real command, and lists what holds each limit. */
export async function checkSandbox(config: Config): Promise<Finding[]> {
  const { kind, usable, problem, held } = await composeSandbox(config).probe()
  if (!usable) {
    const { what = 'It cannot be used.', mend = 'Read docs/operating.md.' } = problem ?? {}
    return [{ check: 'sandbox', level: 'fail', found: what, mend }]
  }
  return [whichSandbox(kind), ...held.map(({ limit, by }) => describeLimit(kind, limit, by))]
}

function whichSandbox(kind: SandboxKind): Finding {
  const check = 'sandbox'
  if (kind === 'bubblewrap') return { check, level: 'ok', found: 'bubblewrap, tried with a command' }
  if (kind === 'container') return { check, level: 'ok', found: 'container, each image tried with a command' }
  return {
    check,
    level: 'warn',
    found: 'none: commands of the repository run with everything this user may do',
    mend: 'Only for code you trust. Take DRAFTSMITH_SANDBOX=none out to have walls.',
  }
}

function describeLimit(kind: SandboxKind, limit: string, by: string): Finding {
  const check = `sandbox: ${limit}`
  const mend = kind === 'container' ? weakContainer(by) : weakBubblewrap(kind, limit, by)
  return mend === undefined ? { check, level: 'ok', found: by } : { check, level: 'warn', found: by, mend }
}

function weakBubblewrap(kind: SandboxKind, limit: string, by: string): string | undefined {
  if (kind !== 'bubblewrap' || !heldByCgroup.includes(limit) || by.startsWith('cgroup')) return undefined
  return 'Give the process a cgroup of its own to write; docs/operating.md says how. A watcher ends what grows too large.'
}

function weakContainer(by: string): string | undefined {
  if (by.startsWith('nothing')) return "Change the engine's own configuration; docs/operating.md says what it needs."
  if (by.endsWith('with the rights of root')) return 'Use a rootless engine: what breaks out of it is not root then.'
  return undefined
}
