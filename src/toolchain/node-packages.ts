// package.json, lock files and workspaces, read leniently: a broken file makes a note, never a crash.
import { posix } from 'node:path'
import { z } from 'zod'
import { compileGlob } from '../policy/glob-matcher.ts'
import type { ReadFile } from './toolchain.ts'

const textMap = z.record(z.string(), z.string()).catch({})

const manifest = z.object({
  name: z.string().optional().catch(undefined),
  scripts: textMap.default({}),
  dependencies: textMap.default({}),
  devDependencies: textMap.default({}),
  optionalDependencies: textMap.default({}),
  workspaces: z
    .union([z.array(z.string()), z.object({ packages: z.array(z.string()) }).transform((value) => value.packages)])
    .optional()
    .catch(undefined),
})
export type Manifest = z.infer<typeof manifest>

export interface NodePackage {
  /** Folder, `.` for the root. */
  folder: string
  manifest: Manifest
}

/** Packages that are installed together: a root and its workspaces. */
export interface NodeProject extends NodePackage {
  workspaces: NodePackage[]
}

export const packageClients = ['npm', 'pnpm', 'yarn', 'bun'] as const
export type PackageClient = (typeof packageClients)[number]

const lockFiles: Record<string, PackageClient> = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'npm-shrinkwrap.json': 'npm',
  'package-lock.json': 'npm',
}

const maxProjects = 20

/** Every package.json that belongs to no other one's workspaces, the root's first. */
export async function readProjects(files: string[], read: ReadFile): Promise<NodeProject[]> {
  const folders = files
    .filter(
      (path) => posix.basename(path) === 'package.json' && !/(^|\/)(node_modules|fixtures?|__fixtures__)\//.test(path),
    )
    .map((path) => posix.dirname(path))
    .sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))
  const projects: NodeProject[] = []
  const taken = new Set<string>()
  for (const folder of folders) {
    if (taken.has(folder) || projects.length >= maxProjects) continue
    const own = await readManifest(folder, read)
    if (own === undefined) continue
    const globs = own.workspaces ?? (await pnpmGlobs(folder, read))
    const workspaces = await readWorkspaces(folder, globs, folders, read)
    for (const workspace of workspaces) taken.add(workspace.folder)
    projects.push({ folder, manifest: own, workspaces })
  }
  return projects
}

/** The client whose lock file stands in the folder; npm where there is none. */
export function packageClient(folder: string, files: string[]): { client: PackageClient; lockFile?: string } {
  for (const [name, client] of Object.entries(lockFiles)) {
    const path = posix.join(folder, name)
    if (files.includes(path)) return { client, lockFile: path }
  }
  return { client: 'npm' }
}

export function allDependencies({ manifest: { dependencies, devDependencies, optionalDependencies } }: NodePackage) {
  return { ...dependencies, ...optionalDependencies, ...devDependencies }
}

/** Hosts that the repository's `.npmrc` and `.yarnrc.yml` name; the public registry where they name none. */
export async function registryHosts(folder: string, read: ReadFile): Promise<string[]> {
  const texts = await Promise.all(['.npmrc', '.yarnrc.yml', '.yarnrc'].map((name) => read(posix.join(folder, name))))
  const addresses = texts
    .join('\n')
    .split('\n')
    .flatMap(
      (line) =>
        /^\s*(?:@[\w.-]+:)?(?:registry|npmRegistryServer)\s*[=:\s]\s*["']?(https?:\/\/[^\s"']+)/.exec(line)?.[1] ?? [],
    )
  const hosts = addresses.flatMap((address) => (URL.canParse(address) ? [new URL(address).host] : []))
  return hosts.length > 0 ? [...new Set(hosts)].sort() : ['registry.npmjs.org']
}

async function readManifest(folder: string, read: ReadFile): Promise<Manifest | undefined> {
  try {
    return manifest.parse(JSON.parse((await read(posix.join(folder, 'package.json'))) ?? ''))
  } catch {
    return undefined
  }
}

async function readWorkspaces(
  folder: string,
  globs: string[],
  folders: string[],
  read: ReadFile,
): Promise<NodePackage[]> {
  const wanted = globs.filter((glob) => !glob.startsWith('!')).map((glob) => posix.join(folder, glob))
  const refused = globs.filter((glob) => glob.startsWith('!')).map((glob) => posix.join(folder, glob.slice(1)))
  if (wanted.length === 0) return []
  const [chosen, left] = [wanted.map(compileGlob), refused.map(compileGlob)]
  const matches = (path: string) => chosen.some((one) => one(path)) && !left.some((one) => one(path))
  const packages: NodePackage[] = []
  for (const candidate of folders) {
    if (candidate === folder || !matches(candidate)) continue
    const own = await readManifest(candidate, read)
    if (own !== undefined) packages.push({ folder: candidate, manifest: own })
  }
  return packages
}

/** `packages:` of pnpm-workspace.yaml, a plain list. */
async function pnpmGlobs(folder: string, read: ReadFile): Promise<string[]> {
  const text = await read(posix.join(folder, 'pnpm-workspace.yaml'))
  const list = /^packages:\s*\n((?:\s*(?:-.*|#.*)?\n?)*)/m.exec(text ?? '')?.[1] ?? ''
  return [...list.matchAll(/^\s*-\s*["']?([^"'\n#]+?)["']?\s*(?:#.*)?$/gm)].flatMap((match) => match[1] ?? [])
}

function depth(folder: string): number {
  return folder === '.' ? 0 : folder.split('/').length
}
