// The programs of the machine as a sandbox may show them: the folders on PATH and the installations behind them, never
// the home they stand in.
import { accessSync, constants, readdirSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type HostEnvironment, machinePath } from './host-environment.ts'

export interface ToolFolders {
  /** PATH as the command sees it. */
  path: string[]
  /** Absolute host paths shown read-only at the same place, parents before children. */
  visible: string[]
  /** Where tools find themselves although HOME is another one. */
  env: Record<string, string>
  /** Folder of the node that runs us, where the machine has none of its own. */
  node?: string
}

/** Shown by the sandbox anyway. */
const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
/** Nobody keeps private files there, so an installation is shown whole. */
const sharedFolders = ['/opt', '/nix/store', '/gnu/store', '/snap', '/home/linuxbrew/.linuxbrew']
const programFolders = ['bin', 'sbin', 'shims', 'libexec', 'Scripts']
/** What an installation is made of; credentials, caches and configuration stand beside these. */
const installationParts = [
  ...programFolders,
  ...['lib', 'lib64', 'include', 'versions', 'plugins', 'pyenv.d', 'rbenv.d', 'version', 'pyvenv.cfg', 'installs'],
]
/** Go and Java keep more beside their programs, and say who they are by a file. */
const toolchainMarks = ['release', 'VERSION']
const toolchainParts = ['conf', 'jmods', 'pkg', 'src', ...toolchainMarks]
/** Tools that look for themselves below HOME: the folder on PATH that gives them away, their own folder, its variable. */
const homeTools = [
  {
    programs: '.cargo/bin',
    folder: '.rustup',
    variable: 'RUSTUP_HOME',
    parts: ['toolchains', 'settings.toml', 'update-hashes'],
  },
  { programs: '.asdf/shims', folder: '.asdf', variable: 'ASDF_DATA_DIR', parts: ['.tool-versions'] },
  { programs: '.volta/bin', folder: '.volta', variable: 'VOLTA_HOME', parts: ['tools', 'hooks.json'] },
]

/** `nodePath` is the program that stands in where the machine has no node of its own. */
export function findToolFolders(hostEnv: HostEnvironment, nodePath: string): ToolFolders {
  const visible = new Set<string>()
  const env: Record<string, string> = {}
  const path: string[] = []
  for (const entry of machinePath(hostEnv)) {
    const folder = realFolder(entry)
    if (folder === undefined || holdsHome(folder, hostEnv) || path.includes(folder)) continue
    path.push(folder)
    show(folder, visible, hostEnv)
    for (const tool of homeTools.filter(({ programs }) => folder.endsWith(`/${programs}`))) {
      const home = join(folder, '../..', tool.folder)
      env[tool.variable] = home
      for (const part of tool.parts) visible.add(join(home, part))
    }
  }
  return { path, visible: outermost(visible), env, ...ownNode(path, nodePath) }
}

/** The repositories' own node wins; ours is only for a machine that has none. */
function ownNode(path: string[], nodePath: string): { node?: string } {
  return path.some((folder) => isProgram(join(folder, 'node'))) ? {} : { node: dirname(realpathSync(nodePath)) }
}

/** A folder of programs, the installation around it, and the installations its links point to. */
function show(folder: string, visible: Set<string>, hostEnv: HostEnvironment, depth = 0): void {
  if (isInside(folder, systemFolders) || visible.has(folder)) return
  visible.add(folder)
  for (const part of installation(folder, hostEnv)) visible.add(part)
  if (depth === 3) return
  for (const target of linkTargets(folder)) {
    if (isInside(target, [...systemFolders, ...visible])) continue
    const around = dirname(target)
    if (programFolders.includes(basename(around)) && !holdsHome(around, hostEnv))
      show(around, visible, hostEnv, depth + 1)
    else visible.add(target)
  }
}

function installation(folder: string, hostEnv: HostEnvironment): string[] {
  const prefix = dirname(folder)
  if (!programFolders.includes(basename(folder)) || holdsHome(prefix, hostEnv)) return []
  return isInside(prefix, sharedFolders) && !sharedFolders.includes(prefix) ? [prefix] : parts(prefix)
}

function parts(prefix: string): string[] {
  const isToolchain = toolchainMarks.some((mark) => exists(join(prefix, mark)))
  const names = isToolchain ? [...installationParts, ...toolchainParts] : installationParts
  return names.map((part) => join(prefix, part)).filter((part) => exists(part))
}

function linkTargets(folder: string): string[] {
  try {
    const links = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isSymbolicLink())
    return links.flatMap((entry) => realPath(join(folder, entry.name)) ?? [])
  } catch {
    return []
  }
}

/** True for a home itself and everything above one: such a folder on PATH would show the home. */
function holdsHome(folder: string, hostEnv: HostEnvironment): boolean {
  const homes = [
    '/root',
    '/home',
    '/tmp',
    '/run',
    '/var',
    ...(hostEnv.HOME ? [realPath(hostEnv.HOME) ?? hostEnv.HOME] : []),
  ]
  return homes.some((home) => isInside(home, [folder])) || /^\/(home|Users)\/[^/]+$/.test(folder)
}

function isInside(path: string, folders: string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`))
}

/** Without what a shown folder shows anyway. */
function outermost(paths: Set<string>): string[] {
  const all = [...paths].sort()
  const kept: string[] = []
  for (const path of all) {
    if (!isInside(path, [...systemFolders, ...kept]) && exists(path)) kept.push(path)
  }
  return kept
}

function realFolder(path: string): string | undefined {
  const real = realPath(path)
  try {
    return real !== undefined && statSync(real).isDirectory() ? real : undefined
  } catch {
    return undefined
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

function exists(path: string): boolean {
  return realPath(path) !== undefined
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
