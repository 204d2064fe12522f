import { posix } from 'node:path'
import {
  type CargoProject,
  type Crate,
  configuresClippy,
  downloadHosts,
  needsDownload,
  readCargoProjects,
} from './cargo-project.ts'
import { owns } from './project-folders.ts'
import { quoteWord } from './shell-words.ts'
import type { CheckCommand, Ecosystem, EcosystemFacts, ReadFile } from './toolchain.ts'

/** Cargo packages and workspaces, each from the folder of its root: paths in what cargo prints are relative to that. */
export const rustEcosystem: Ecosystem = {
  name: 'rust',
  reportOf: (command) => (/^cargo test(\s|$)/.test(command) ? 'cargo-text' : undefined),
  async detect(files, read) {
    const projects = await readCargoProjects(files, read)
    const folders = projects.map(({ folder }) => folder)
    return Promise.all(projects.map((project) => projectFacts(project, { files, read, folders })))
  },
}

interface Repository {
  files: string[]
  read: ReadFile
  /** Of all projects of this kind. */
  folders: string[]
}

async function projectFacts(project: CargoProject, { files, read, folders }: Repository): Promise<EcosystemFacts> {
  const { folder, crates } = project
  const has = (name: string) => files.includes(posix.join(folder, name))
  const formatted = ['rustfmt.toml', '.rustfmt.toml'].find(has)
  const install = await installOf(project, files, read)
  return {
    name: 'rust',
    language: 'Rust',
    buildSystem: 'Cargo',
    root: folder,
    packages: crates.map(({ name, folder: own }) => ({ name, folder: own })),
    tools: ['cargo'],
    ...(install === undefined ? {} : { install }),
    checks: crates.length === 0 ? [] : projectChecks(project, { formatted, has }),
    // It formats the modules of a file, too: only where all of them are meant to be.
    ...(formatted === undefined ? {} : { formatFiles: formatWith(project) }),
    targetedTest: (paths) => targetedTest(project, paths),
    reads: (path) => path.endsWith('.rs'),
    isTest: (path) => isRustTest(path) && owns(folder, path, folders),
    isGenerated: (path) => /(^|\/)target\/|(^|\/)Cargo\.lock$/.test(path),
    notes: [],
  }
}

interface Configured {
  formatted: string | undefined
  has: (name: string) => boolean
}

function projectChecks(project: CargoProject, { formatted, has }: Configured): CheckCommand[] {
  const manifest = posix.join(project.folder, 'Cargo.toml')
  const clippy = ['clippy.toml', '.clippy.toml'].find(has) ?? (configuresClippy(project) ? 'Cargo.toml' : undefined)
  const check = (given: Given) => cargoCheck(project, given)
  // Formatter and linter are components of their own: without them the tests still tell.
  return [
    ...(formatted === undefined
      ? []
      : [
          {
            ...check({
              name: 'format',
              id: 'format',
              line: 'cargo fmt --all --check',
              from: posix.join(project.folder, formatted),
            }),
            required: false,
          },
        ]),
    ...(clippy === undefined
      ? []
      : [
          {
            ...check({
              name: 'lint',
              id: 'clippy',
              line: 'cargo clippy --workspace --all-targets',
              from: posix.join(project.folder, clippy),
            }),
            required: false,
          },
        ]),
    { ...check({ name: 'test', id: 'test', line: 'cargo test --workspace', from: manifest }), report: 'cargo-text' },
  ]
}

type Given = Pick<CheckCommand, 'name' | 'id' | 'line' | 'from'>

function cargoCheck({ folder }: CargoProject, given: Given): CheckCommand {
  const id = folder === '.' ? given.id : `${given.id}:${folder}`
  const env = { CARGO_NET_OFFLINE: 'true' }
  return { ...given, id, cwd: folder, certainty: 'likely', required: true, report: 'text', env }
}

/** The crates of those files: of an integration test that test alone, of other files all tests inside of their crate. */
function targetedTest(project: CargoProject, paths: string[]): CheckCommand | undefined {
  const targets = paths.map((path) => targetOf(project, path))
  const known = targets.filter((target) => target !== undefined)
  if (known.length === 0) return undefined
  const crates = [...new Set(known.map(({ crate }) => crate))].map(({ name }) => `-p ${quoteWord(name)}`)
  const tests = [...new Set(known.flatMap(({ test }) => test ?? []))].map((test) => `--test ${quoteWord(test)}`)
  const inside = known.filter(({ test }) => test === undefined)
  const units = [inside.some(({ crate }) => crate.library) ? '--lib' : '', inside.length > 0 ? '--bins' : '']
  const line = ['cargo test', ...crates, ...units, ...tests].filter((word) => word !== '').join(' ')
  const from = posix.join(project.folder, 'Cargo.toml')
  return { ...cargoCheck(project, { name: 'test', id: 'targeted', line, from }), report: 'cargo-text' }
}

function targetOf({ crates }: CargoProject, path: string): { crate: Crate; test?: string } | undefined {
  const crate = crates
    .filter(({ folder }) => folder === '.' || path.startsWith(`${folder}/`))
    .sort((a, b) => b.folder.length - a.folder.length)[0]
  if (crate === undefined) return undefined
  const test = /^tests\/([^/]+?)(?:\.rs$|\/)/.exec(posix.relative(crate.folder, path))?.[1]
  return { crate, ...(test === undefined ? {} : { test }) }
}

/** Tests beside the code they test are in the same file: such a file is a source. */
function isRustTest(path: string): boolean {
  return /\.rs$/.test(path) && (/(^|\/)tests?\//.test(path) || /(^|\/)(tests?|\w+_tests?)\.rs$/.test(path))
}

async function installOf(project: CargoProject, files: string[], read: ReadFile): Promise<EcosystemFacts['install']> {
  if (!needsDownload(project)) return undefined
  const lock = posix.join(project.folder, 'Cargo.lock')
  const locked = files.includes(lock)
  const config = (await read(posix.join(project.folder, '.cargo/config.toml'))) ?? ''
  return {
    line: locked ? 'cargo fetch --locked' : 'cargo fetch',
    cwd: project.folder,
    from: locked ? lock : posix.join(project.folder, 'Cargo.toml'),
    allowedHosts: downloadHosts(project, config),
    certainty: locked ? 'certain' : 'likely',
    required: true,
    keeps: { parts: ['~/.cargo/registry', '~/.cargo/git', ...(locked ? [] : [lock])], versions: 'cargo --version' },
  }
}

function formatWith({ folder, tables, crates }: CargoProject): EcosystemFacts['formatFiles'] {
  const text = [tables, ...crates.map((crate) => crate.tables)].map(
    (own) => `${own.get('workspace.package') ?? ''}\n${own.get('package') ?? ''}`,
  )
  const edition = /^\s*edition\s*=\s*"(\d+)"/m.exec(text.join('\n'))?.[1] ?? '2021'
  return (paths) => ({
    line: `rustfmt --edition ${edition} ${paths.map((path) => quoteWord(posix.relative(folder, path))).join(' ')}`,
    cwd: folder,
  })
}
