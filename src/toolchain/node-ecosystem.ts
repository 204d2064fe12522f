import { posix } from 'node:path'
import { detectNodeFormatter } from './node-formatter.ts'
import {
  allDependencies,
  type NodePackage,
  type NodeProject,
  type PackageClient,
  packageClient,
  readProjects,
  registryHosts,
} from './node-packages.ts'
import { purposeOf, resolveScript, runnerOf, splitChain } from './node-runner.ts'
import { callsWorkspaces } from './node-workspaces.ts'
import { owns } from './project-folders.ts'
import { quoteWord } from './shell-words.ts'
import type {
  CheckCommand,
  CheckName,
  Ecosystem,
  EcosystemFacts,
  KeptInstall,
  ReadFile,
  WorkspacePackage,
} from './toolchain.ts'

/** npm, pnpm, yarn and bun projects, by package.json. Checks are the repository's own scripts and nothing else. */
export const nodeEcosystem: Ecosystem = {
  name: 'node',
  reportOf: (command) => runnerOf(command)?.report,
  async detect(files, read) {
    const projects = await readProjects(files, read)
    const folders = projects.map(({ folder }) => folder)
    return Promise.all(
      projects.map((project) => {
        const own = files.filter((path) => owns(project.folder, path, folders))
        return projectFacts(project, { files: own, read, folders })
      }),
    )
  },
}

const scriptNames: Record<CheckName, string[]> = {
  format: ['format:check', 'check:format', 'format-check', 'fmt:check', 'prettier:check', 'check-format'],
  typecheck: ['typecheck', 'type-check', 'check-types', 'check:types', 'check:type', 'types', 'tsc'],
  lint: ['lint', 'lint:js', 'check:lint', 'lint:check', 'eslint'],
  test: ['test'],
}

const readByNode = /\.([cm]?[jt]sx?|json|jsonc|css|scss|less|html|vue|svelte|md|mdx|ya?ml|graphql)$/

interface Repository {
  /** Of this project only. */
  files: string[]
  read: ReadFile
  /** Of all projects of this kind. */
  folders: string[]
}

async function projectFacts(project: NodeProject, { files, read, folders }: Repository): Promise<EcosystemFacts> {
  const { client, lockFile } = packageClient(project.folder, files)
  const found = projectChecks(project, client)
  const packages = [project.folder, ...project.workspaces.map(({ folder }) => folder)]
  const formatter = await detectNodeFormatter(project, files, read)
  const install = await installOf(project, client, lockFile, read)
  return {
    name: 'node',
    language: languageOf(files),
    buildSystem: client,
    root: project.folder,
    packages: [project, ...project.workspaces].map(packageOf),
    tools: ['node', ...new Set(found.checks.length > 0 || install !== undefined ? [client] : [])],
    ...(install === undefined ? {} : { install }),
    checks: found.checks,
    ...(formatter === undefined ? {} : { formatFiles: formatter }),
    targetedTest: (paths) => targetedTest(project, paths),
    reads: (path) => readByNode.test(path),
    isTest: (path) => isNodeTest(path, packages) && owns(project.folder, path, folders),
    isGenerated: isGeneratedByNode,
    notes: found.notes,
  }
}

function packageOf({ folder, manifest }: NodePackage): WorkspacePackage {
  return { name: manifest.name ?? (folder === '.' ? 'root' : posix.basename(folder)), folder }
}

/** The root's script of a name stands for its workspaces. Their own count without one, and in place of a command that does nothing but call them. */
function projectChecks(project: NodeProject, client: PackageClient): { checks: CheckCommand[]; notes: string[] } {
  const checks: CheckCommand[] = []
  const notes: string[] = []
  for (const name of ['format', 'typecheck', 'lint', 'test'] as const) {
    const own = project.workspaces.flatMap((one) => scriptChecks(name, one, client, notes))
    const root = scriptChecks(name, project, client, notes).flatMap((check) =>
      own.length > 0 && !isWrapped(project, name) && callsWorkspaces(check, scriptNames[name]) ? own : [check],
    )
    checks.push(...(root.length > 0 ? root : own))
  }
  return { checks: distinct(checks), notes }
}

/** What runs before or after a script would not run any more. */
function isWrapped({ manifest }: NodePackage, name: CheckName): boolean {
  const around = scriptNames[name].flatMap((script) => [`pre${script}`, `post${script}`])
  return around.some((script) => manifest.scripts[script] !== undefined)
}

/** A test script may call another check's script, too: once is enough. Two of one program are told apart by number. */
function distinct(checks: CheckCommand[]): CheckCommand[] {
  const once = checks.filter(
    ({ line, cwd }, at) => checks.findIndex((other) => other.line === line && other.cwd === cwd) === at,
  )
  return once.map((check, at) => {
    const earlier = once.slice(0, at).filter(({ id }) => id === check.id).length
    return earlier === 0 ? check : { ...check, id: `${check.id}-${earlier + 1}` }
  })
}

function scriptChecks(
  name: CheckName,
  { folder, manifest }: NodePackage,
  client: PackageClient,
  notes: string[],
): CheckCommand[] {
  const script = scriptNames[name].find((candidate) => manifest.scripts[candidate] !== undefined)
  const resolved = script === undefined ? undefined : resolveScript(script, manifest.scripts)
  if (script === undefined || resolved === undefined || /no test specified/.test(resolved.text)) return []
  if (/(^|\s)--(fix|write)\b/.test(resolved.text)) {
    notes.push(
      `The script ${script} of ${posix.join(folder, 'package.json')} changes files, so it is not run as a check.`,
    )
    return []
  }
  const from = `${posix.join(folder, 'package.json')} scripts.${script}`
  const around = [`pre${resolved.name}`, `post${resolved.name}`].some((one) => manifest.scripts[one] !== undefined)
  const chain = name === 'test' && !around ? splitChain(resolved.text) : undefined
  if (chain !== undefined) return chain.map((command) => chainedCheck(command, folder, from))
  const runner = name === 'test' ? runnerOf(resolved.text) : undefined
  const bunRuns = name === 'test' && /^bun test\b/.test(resolved.text)
  const check: CheckCommand = {
    name,
    id: inFolder(name, folder),
    // What only names another script is run as that one, so that arguments reach the runner.
    line: runScript(client, resolved.name),
    cwd: folder,
    required: true,
    from,
    certainty: 'certain',
    report: bunRuns ? 'junit-file' : (runner?.report ?? 'text'),
    script: resolved.text,
  }
  return [check]
}

function chainedCheck(command: string, folder: string, from: string): CheckCommand {
  const runner = runnerOf(command)
  const program = command
    .replace(/^(npx|(npm|pnpm|yarn|bun) run) /, '')
    .replace(/\s.*$/, '')
    .replace(/^.*\//, '')
  return {
    name: purposeOf(command),
    id: inFolder(runner === undefined ? program : 'test', folder),
    line: command,
    cwd: folder,
    required: true,
    from,
    certainty: 'certain',
    report: runner?.report ?? 'text',
    script: command,
  }
}

function inFolder(id: string, folder: string): string {
  return folder === '.' ? id : `${id}:${folder}`
}

function runScript(client: PackageClient, script: string): string {
  if (client === 'npm' && script === 'test') return 'npm test'
  return `${client} run ${quoteWord(script)}`
}

/** Tests of one package at a time: the package whose folder holds the first path, by its own script or else the root's. */
function targetedTest(project: NodeProject, paths: string[]): CheckCommand | undefined {
  const holds = ({ folder }: NodePackage) => (paths[0] ?? '').startsWith(`${folder}/`)
  const own = project.workspaces.find(holds) ?? project
  const script = resolveScript('test', own.manifest.scripts) ?? resolveScript('test', project.manifest.scripts)
  const commands = script === undefined ? [] : (splitChain(script.text) ?? [script.text])
  const runner = commands.map(runnerOf).find((found) => found !== undefined)
  if (runner?.base === undefined) return undefined
  const relative = paths.map((path) => quoteWord(posix.relative(own.folder, path)))
  return {
    name: 'test',
    id: own.folder === '.' ? 'targeted' : `targeted:${own.folder}`,
    line: `${runner.base} ${relative.join(' ')}`,
    cwd: own.folder,
    required: true,
    from: `${posix.join(own.folder, 'package.json')} scripts.test`,
    certainty: 'likely',
    report: runner.report,
  }
}

async function installOf(
  project: NodeProject,
  client: PackageClient,
  lockFile: string | undefined,
  read: ReadFile,
): Promise<EcosystemFacts['install']> {
  const all = [project, ...project.workspaces]
  const nothing = all.every((one) => Object.keys(allDependencies(one)).length === 0) && project.workspaces.length === 0
  if (nothing) return undefined
  return {
    line: installLine(client, lockFile !== undefined),
    cwd: project.folder,
    from: lockFile ?? posix.join(project.folder, 'package.json'),
    allowedHosts: await registryHosts(project.folder, read),
    certainty: lockFile === undefined ? 'likely' : 'certain',
    ...(installsFolders(project) ? {} : { keeps: keptBy(project, client) }),
    required: true,
  }
}

/** A package of the repository that is named by its folder is copied by some clients, and has an install of its own in it with npm. */
function installsFolders(project: NodeProject): boolean {
  const specifiers = [project, ...project.workspaces].flatMap((one) => Object.values(allDependencies(one)))
  return specifiers.some((specifier) => /^(file:|portal:|link:|\.{0,2}\/|~\/)/.test(specifier))
}

function keptBy({ folder, workspaces }: NodeProject, client: PackageClient): KeptInstall {
  const folders = [folder, ...workspaces.map((one) => one.folder)].map((one) => posix.join(one, 'node_modules'))
  const ofYarn = ['.pnp.cjs', '.pnp.loader.mjs', '.yarn/cache', '.yarn/unplugged', '.yarn/install-state.gz']
  const more = client === 'yarn' ? [...ofYarn.map((name) => posix.join(folder, name)), '~/.yarn'] : []
  return { parts: [...folders, ...more], versions: `node --version && ${client} --version` }
}

/** Scripts of dependencies do not run: they are not what the repository's owner wrote, and the network is open meanwhile. */
function installLine(client: PackageClient, locked: boolean): string {
  switch (client) {
    case 'npm':
      return locked
        ? 'npm ci --ignore-scripts --no-audit --no-fund'
        : 'npm install --ignore-scripts --no-audit --no-fund --no-package-lock'
    case 'pnpm':
      return 'pnpm install --frozen-lockfile --ignore-scripts'
    case 'yarn':
      // The first form is of yarn 1, the second of later ones, which refuse the flag.
      return 'case "$(yarn --version)" in 1.*) yarn install --frozen-lockfile --ignore-scripts ;; *) yarn install --immutable --mode=skip-build ;; esac'
    case 'bun':
      return 'bun install --frozen-lockfile --ignore-scripts'
  }
}

function languageOf(files: string[]): string {
  return files.some((path) => /\.[cm]?tsx?$/.test(path) && !path.endsWith('.d.ts')) ? 'TypeScript' : 'JavaScript'
}

/** A bare `test.js` is one only beside a package.json: elsewhere it may be anything that tests something. */
function isNodeTest(path: string, packages: string[]): boolean {
  if (!/\.[cm]?[jt]sx?$/.test(path)) return false
  const name = posix.basename(path)
  return (
    /[._-](test|spec)(-d)?\.\w+$|^test[_-]/.test(name) ||
    /(^|\/)(__tests__|tests?)\//.test(path) ||
    (/^tests?\.\w+$/.test(name) && packages.includes(posix.dirname(path)))
  )
}

function isGeneratedByNode(path: string): boolean {
  return /(^|\/)(node_modules|dist|build|coverage|\.next|vendor)\/|\.min\.(js|css)$|\.(js|css)\.map$|(^|\/)(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?)$|\.snap$/.test(
    path,
  )
}
