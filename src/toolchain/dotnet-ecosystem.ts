// .NET: C#, F# and Visual Basic, built and tested by the SDK's `dotnet`.
import { posix } from 'node:path'
import {
  type DotnetBuild,
  type DotnetProject,
  type DotnetRoot,
  readDotnetRoots,
  testingPlatform,
} from './dotnet-projects.ts'
import { hostsIn, moduleOf } from './jvm-sources.ts'
import { owns } from './project-folders.ts'
import { quoteWord } from './shell-words.ts'
import type { CheckCommand, CheckName, Ecosystem, EcosystemFacts, InstallCommand, ReadFile } from './toolchain.ts'

export const dotnetEcosystem: Ecosystem = {
  name: 'dotnet',
  // Behind `--` no more options are read.
  reportOf: (command) =>
    /^dotnet test(\s|$)/.test(command) && !/\s(--|--logger|-l)(\s|:|$)/.test(command) ? 'trx' : undefined,
  async detect(files, read) {
    const roots = await readDotnetRoots(files, read)
    const folders = roots.map(({ folder }) => folder)
    const settings = roots.length === 0 ? noSettings : await readSettings(files, read)
    return roots.map((root) => rootFacts(root, { folders, files, settings }))
  },
}

interface Settings {
  /** `Microsoft.Testing.Platform` runs all tests. */
  onTestingPlatform: boolean
  /** Of package sources. */
  hosts: string[]
}

const noSettings: Settings = { onTestingPlatform: false, hosts: [] }

async function readSettings(files: string[], read: ReadFile): Promise<Settings> {
  const texts = async (pattern: RegExp) =>
    Promise.all(files.filter((path) => pattern.test(path)).map(async (path) => (await read(path)) ?? ''))
  const [global, props, sources] = await Promise.all([
    texts(/^global\.json$/),
    texts(/(^|\/)Directory\.Build\.props$/),
    texts(/(^|\/)nuget\.config$/i),
  ])
  const runner = global.some((text) => /"runner"\s*:\s*"Microsoft\.Testing\.Platform"/.test(text))
  const feeds = sources.flatMap((text) => text.match(/<packageSources>[\s\S]*?<\/packageSources>/g) ?? [])
  return {
    onTestingPlatform: runner || props.some((text) => testingPlatform.test(text)),
    hosts: hostsIn(feeds, ['api.nuget.org']),
  }
}

interface Repository {
  /** Of all roots. */
  folders: string[]
  files: string[]
  settings: Settings
}

function rootFacts(root: DotnetRoot, { folders, files, settings }: Repository): EcosystemFacts {
  const { folder, builds, notes } = root
  const projects = [...new Map(builds.flatMap((one) => one.projects).map((one) => [one.path, one])).values()]
  const tests = projects.filter(({ isTest }) => isTest)
  const own = files.filter((path) => owns(folder, path, folders))
  const styled = hasStyle(folder, files)
  const testFolders = tests.map((one) => one.folder)
  return {
    name: 'dotnet',
    language: languageOf(own),
    buildSystem: '.NET',
    root: folder,
    packages: projects
      .map(({ path, folder }) => ({ name: nameOf(path), folder }))
      .sort((a, b) => (a.folder < b.folder ? -1 : a.folder > b.folder ? 1 : 0)),
    tools: ['dotnet'],
    install: installOf(root, own, settings),
    checks: builds.flatMap((build) => checksOf(root, build, { styled, settings })),
    ...(styled ? { formatFiles: (paths) => formatFiles(root, paths) } : {}),
    targetedTest: (paths) => targetedTest(tests, paths, settings),
    reads: (path) => source.test(path),
    isTest: (path) =>
      source.test(path) && owns(folder, path, folders) && testFolders.some((one) => isWithin(one, path, projects)),
    isGenerated: (path) =>
      /(^|\/)(bin|obj|TestResults)\/|(^|\/)packages\.lock\.json$|\.(g|g\.i|Designer)\.(cs|vb)$/i.test(path),
    notes,
  }
}

const source = /\.(cs|fs|vb)$/i

function nameOf(path: string): string {
  return posix.basename(path).replace(/\.\w+$/, '')
}

/** A project's files are those below its folder, but for what lies in another project's inside of it. */
function isWithin(folder: string, path: string, projects: DotnetProject[]): boolean {
  return (
    moduleOf(
      path,
      projects.map((one) => one.folder),
    ) === folder
  )
}

function languageOf(files: string[]): string {
  const count = (ending: string) => files.filter((path) => path.toLowerCase().endsWith(ending)).length
  const counts = { 'C#': count('.cs'), 'F#': count('.fs'), 'Visual Basic': count('.vb') }
  return Object.entries(counts).sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'C#'
}

/** An .editorconfig holds for all folders below its own. */
function hasStyle(folder: string, files: string[]): boolean {
  const marks = files.filter((path) => posix.basename(path) === '.editorconfig').map((path) => posix.dirname(path))
  return marks.some((mark) => mark === '.' || mark === folder || folder.startsWith(`${mark}/`))
}

/**
 * No greeting and no telemetry; and no process of the build stays behind, which would hold the memory of the
 * sandbox and the output of the command.
 */
const quiet = {
  DOTNET_CLI_TELEMETRY_OPTOUT: '1',
  DOTNET_NOLOGO: '1',
  DOTNET_SKIP_FIRST_TIME_EXPERIENCE: '1',
  MSBUILDDISABLENODEREUSE: '1',
  UseSharedCompilation: 'false',
  // SDK 3.1 tells files from their project's folder otherwise.
  GenerateFullPaths: 'true',
}

const quietShell = `export ${Object.entries(quiet)
  .map(([name, value]) => `${name}=${value}`)
  .join(' ')}`

interface BuildOptions {
  styled: boolean
  settings: Settings
}

function checksOf(root: DotnetRoot, build: DotnetBuild, { styled, settings }: BuildOptions): CheckCommand[] {
  const target = targetOf(root.folder, build.path)
  const check = (name: CheckName, line: string, report: CheckCommand['report'] = 'text'): CheckCommand => ({
    name,
    id: checkId(name, root, build),
    line,
    cwd: root.folder,
    required: true,
    from: build.path,
    certainty: 'likely',
    report,
    env: quiet,
  })
  const tests = build.projects.filter(({ isTest }) => isTest)
  const report = isReported(tests, settings) ? 'trx' : 'text'
  return [
    ...(styled ? [check('format', `dotnet format ${target} --no-restore --verify-no-changes`)] : []),
    // Errors are repeated in a summary otherwise.
    check('typecheck', `dotnet build ${target} --no-restore --verbosity quiet -consoleLoggerParameters:NoSummary`),
    // Builds what is not built: without it, tests of an older build would be run.
    ...(tests.length === 0 ? [] : [check('test', `dotnet test ${target} --no-restore`, report)]),
  ]
}

function checkId(name: string, { folder, builds }: DotnetRoot, { path }: DotnetBuild): string {
  if (builds.length > 1) return `${name}:${path}`
  return folder === '.' ? name : `${name}:${folder}`
}

function targetOf(folder: string, path: string): string {
  return quoteWord(posix.relative(folder, path))
}

/** The testing platform ignores or refuses what VSTest is asked with; of its tests only the exit code is known. */
function isReported(tests: DotnetProject[], settings: Settings): boolean {
  return !settings.onTestingPlatform && tests.every(({ onTestingPlatform }) => !onTestingPlatform)
}

/** Of one test project, by the class that a file is named after; what `~` finds too much does no harm. */
function targetedTest(tests: DotnetProject[], paths: string[], settings: Settings): CheckCommand | undefined {
  const folders = tests.map(({ folder }) => folder)
  const project = tests.find(({ folder }) => folder === moduleOf(paths[0] ?? '', folders))
  const classes = paths.map(testClass)
  if (project === undefined || !isReported([project], settings) || !classes.every((one) => one !== undefined)) {
    return undefined
  }
  const filter = [...new Set(classes)].map((one) => `FullyQualifiedName~${one}`).join('|')
  return {
    name: 'test',
    id: project.folder === '.' ? 'targeted' : `targeted:${project.folder}`,
    line: `dotnet test ${targetOf(project.folder, project.path)} --no-restore --filter ${quoteWord(filter)}`,
    cwd: project.folder,
    required: true,
    from: project.path,
    certainty: 'likely',
    report: 'trx',
    env: quiet,
  }
}

/** `MoneyTests` of `MoneyTests.cs` and of its part `MoneyTests.Rounding.cs`; undefined for what is not named like tests. */
function testClass(path: string): string | undefined {
  const [name = ''] = posix.basename(path).split('.')
  return /^[A-Za-z_]\w*$/.test(name) && /(Tests?|Specs?|Fixture|Facts|Should)$|^Test[A-Z]/.test(name) ? name : undefined
}

function formatFiles({ folder, builds }: DotnetRoot, paths: string[]): { line: string; cwd: string } {
  const all = builds.flatMap((one) => one.projects.map((project) => project.folder))
  const homes = new Set(paths.map((path) => moduleOf(path, all)))
  const wanted = builds.filter(({ projects }) => projects.some((one) => homes.has(one.folder)))
  const files = paths.map((path) => quoteWord(posix.relative(folder, path))).join(' ')
  const lines = (wanted.length === 0 ? builds.slice(0, 1) : wanted).map(
    ({ path }) => `dotnet format ${targetOf(folder, path)} --no-restore --include ${files}`,
  )
  return { line: lines.join(' && '), cwd: folder }
}

function installOf({ folder, builds }: DotnetRoot, files: string[], { hosts }: Settings): InstallCommand {
  const locked = files.some((path) => posix.basename(path) === 'packages.lock.json')
  const lines = builds.map(({ path }) => `dotnet restore ${targetOf(folder, path)}${locked ? ' --locked-mode' : ''}`)
  return {
    before: quietShell,
    line: lines.join(' && '),
    cwd: folder,
    from: builds[0]?.path ?? folder,
    allowedHosts: hosts,
    certainty: 'certain',
    required: true,
  }
}
