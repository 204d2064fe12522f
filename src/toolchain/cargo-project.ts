// What Cargo.toml says: workspaces, their crates, and what they need.
import { posix } from 'node:path'
import { compileGlob } from '../policy/glob-matcher.ts'
import { arrayNames, readTables, strings } from './toml-tables.ts'
import type { ReadFile } from './toolchain.ts'

export interface Crate {
  name: string
  folder: string
  library: boolean
  /** Raw text of each table of its manifest. */
  tables: Map<string, string>
}

/** Crates that are built together, from the folder of the workspace's root. */
export interface CargoProject {
  folder: string
  crates: Crate[]
  /** The root's manifest, which may hold no crate. */
  tables: Map<string, string>
}

const maxProjects = 20
const passedOver = /(^|\/)(target|node_modules|vendor|fixtures?|testdata)\//

/** Every Cargo.toml that belongs to no workspace of another one, the root's first. */
export async function readCargoProjects(files: string[], read: ReadFile): Promise<CargoProject[]> {
  const folders = files
    .filter((path) => posix.basename(path) === 'Cargo.toml' && !passedOver.test(path))
    .map((path) => posix.dirname(path))
    .sort((a, b) => a.split('/').length - b.split('/').length || (a === '.' ? -1 : b === '.' ? 1 : a < b ? -1 : 1))
  const manifests = new Map<string, Map<string, string>>()
  for (const folder of folders) manifests.set(folder, readTables((await read(posix.join(folder, 'Cargo.toml'))) ?? ''))
  const taken = new Set<string>()
  const projects: CargoProject[] = []
  for (const [folder, tables] of manifests) {
    if (taken.has(folder) || projects.length >= maxProjects) continue
    const members = [...manifests].filter(([other]) => other === folder || isMember(other, folder, tables))
    for (const [other] of members) taken.add(other)
    projects.push({ folder, tables, crates: members.flatMap(([other, own]) => crateOf(other, own, files)) })
  }
  return projects
}

/** A path dependency inside of the workspace's folder is a member without being listed; so is what lies in a listed folder. */
function isMember(folder: string, root: string, tables: Map<string, string>): boolean {
  const workspace = tables.get('workspace')
  if (workspace === undefined || (root !== '.' && !folder.startsWith(`${root}/`))) return false
  const inside = posix.relative(root, folder)
  if (inside === '') return false
  const named = (key: string) => strings(workspace, key).map((glob) => posix.normalize(glob).replace(/\/$/, ''))
  if (named('exclude').some((one) => inside === one || inside.startsWith(`${one}/`))) return false
  const members = named('members')
  const paths = [...tables].flatMap(([name, text]) => (/dependencies/.test(name) ? dependencyPaths(text) : []))
  return members.some((member) => compileGlob(member)(inside)) || paths.includes(inside)
}

function dependencyPaths(table: string): string[] {
  return [...table.matchAll(/\bpath\s*=\s*"([^"]+)"/g)].map((match) => posix.normalize(match[1] ?? ''))
}

function crateOf(folder: string, tables: Map<string, string>, files: string[]): Crate[] {
  const name = /^\s*name\s*=\s*"([^"]+)"/m.exec(tables.get('package') ?? '')?.[1]
  const library = tables.has('lib') || files.includes(posix.join(folder, 'src/lib.rs'))
  return name === undefined ? [] : [{ name, folder, library, tables }]
}

/** Whether anything comes from a registry or from git. */
export function needsDownload({ crates, tables }: CargoProject): boolean {
  const lines = [...crates.map((crate) => crate.tables), tables].flatMap((own) =>
    [...own].flatMap(([name, text]) => (/(^|\.)([\w-]*-)?dependencies(\.|$)/.test(name) ? text.split('\n') : [])),
  )
  return lines.some((line) => /^\s*[\w"-]+(\.\w+)?\s*=/.test(line) && !/\bpath\s*=|\bworkspace\s*=\s*true/.test(line))
}

/** Hosts that the manifests and `.cargo/config.toml` name beside the public registry. */
export function downloadHosts({ crates, tables }: CargoProject, config: string): string[] {
  const text = [...crates.flatMap((crate) => [...crate.tables.values()]), ...tables.values(), config].join('\n')
  const addresses = [...text.matchAll(/\b(?:git|registry|index)\s*=\s*"(?:sparse\+)?(https:\/\/[^"]+)"/g)]
  const hosts = addresses.flatMap(([, address = '']) => (URL.canParse(address) ? [new URL(address).host] : []))
  return [...new Set(['index.crates.io', 'static.crates.io', ...hosts])].sort()
}

/** True where the manifest has lints of clippy. */
export function configuresClippy({ tables }: CargoProject): boolean {
  const lints = ['lints', 'workspace.lints'].flatMap((name) => arrayNames(tables.get(name) ?? ''))
  return lints.includes('clippy') || [...tables.keys()].some((name) => /^(workspace\.)?lints\.clippy$/.test(name))
}
