// PHP projects: PHPUnit or Pest, and the scripts of composer.json.
import { posix } from 'node:path'
import { z } from 'zod'
import { outermostFolders } from './outermost-folders.ts'
import { owns } from './project-folders.ts'
import { quoteWord } from './shell-words.ts'
import type { CheckCommand, CheckName, Ecosystem, EcosystemFacts, InstallCommand, ReadFile } from './toolchain.ts'

export const phpEcosystem: Ecosystem = {
  name: 'php',
  async detect(files, read) {
    const marks = files.filter(
      (path) => /(^|\/)(composer\.json|phpunit(\.dist)?\.xml(\.dist)?)$/.test(path) && !isVendored(path),
    )
    const folders = outermostFolders(marks)
    const projects = await Promise.all(folders.map((folder) => readProject(folder, files, read)))
    return projects.map((project) => projectFacts(project, folders))
  },
}

function isVendored(path: string): boolean {
  return /(^|\/)(vendor|node_modules|fixtures?|tests?)\//i.test(path)
}

const manifestSchema = z.object({
  name: z.string().optional().catch(undefined),
  require: z.record(z.string(), z.string()).catch({}).default({}),
  'require-dev': z.record(z.string(), z.string()).catch({}).default({}),
  scripts: z.record(z.string(), z.unknown()).catch({}).default({}),
  repositories: z.unknown().optional(),
})

interface PhpProject {
  folder: string
  /** Of this project, from its folder. */
  files: string[]
  /** Undefined without a composer.json. */
  manifest: z.infer<typeof manifestSchema> | undefined
}

async function readProject(folder: string, files: string[], read: ReadFile): Promise<PhpProject> {
  const within = files.flatMap((path) => {
    if (folder === '.') return [path]
    return path.startsWith(`${folder}/`) ? [posix.relative(folder, path)] : []
  })
  const text = within.includes('composer.json') ? await read(posix.join(folder, 'composer.json')) : undefined
  return { folder, files: within, manifest: text === undefined ? undefined : readManifest(text) }
}

function readManifest(text: string): z.infer<typeof manifestSchema> {
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch {
    return manifestSchema.parse({})
  }
}

function projectFacts(project: PhpProject, folders: string[]): EcosystemFacts {
  const { folder, manifest } = project
  const runner = runnerOf(project)
  const install = installOf(project)
  const formatFiles = formatterOf(project)
  return {
    name: 'php',
    language: 'PHP',
    buildSystem: manifest === undefined ? 'PHP' : 'Composer',
    root: folder,
    packages: [{ name: manifest?.name ?? (folder === '.' ? 'root' : posix.basename(folder)), folder }],
    tools: ['php', ...(manifest === undefined ? [] : ['composer'])],
    ...(install === undefined ? {} : { install }),
    checks: [...scriptChecks(project), ...(runner === undefined ? [] : [testCheck(project, runner)])],
    ...(formatFiles === undefined ? {} : { formatFiles }),
    targetedTest: (paths) => (runner === undefined ? undefined : targetedTest(project, runner, paths)),
    reads: (path) => path.endsWith('.php'),
    isTest: (path) => isPhpTest(path) && owns(folder, path, folders),
    isGenerated: (path) =>
      /(^|\/)(vendor|\.phpunit\.cache)\/|(^|\/)composer\.lock$|\.phpunit\.result\.cache$/.test(path),
    notes: [],
  }
}

function isPhpTest(path: string): boolean {
  return path.endsWith('.php') && (/(Test|Spec)\.php$/.test(path) || /(^|\/)tests?\//.test(path))
}

function requires({ manifest }: PhpProject, name: string): boolean {
  return manifest !== undefined && (name in manifest.require || name in manifest['require-dev'])
}

/** `phpunit` of the machine where composer does not bring one. */
function runnerOf(project: PhpProject): string | undefined {
  if (requires(project, 'pestphp/pest')) return 'vendor/bin/pest'
  if (requires(project, 'phpunit/phpunit')) return 'vendor/bin/phpunit'
  if (requires(project, 'symfony/phpunit-bridge')) return 'vendor/bin/simple-phpunit'
  return configurationOf(project) === undefined ? undefined : 'phpunit'
}

function configurationOf({ files }: PhpProject): string | undefined {
  return ['phpunit.xml', 'phpunit.dist.xml', 'phpunit.xml.dist'].find((name) => files.includes(name))
}

/** A script that runs the tests and nothing else takes arguments; of any other it is not known whom they reach. */
function testCheck(project: PhpProject, runner: string): CheckCommand {
  const script = project.manifest?.scripts.test
  const own = Array.isArray(script) && script.length === 1 ? script[0] : script
  if (typeof own === 'string' && /^(@php )?(\.\/)?(vendor\/bin\/)?(phpunit|pest|paratest)(\s[^&|;]*)?$/.test(own)) {
    return phpCheck(project, {
      name: 'test',
      line: 'composer test',
      from: 'composer.json scripts.test',
      certainty: 'certain',
    })
  }
  const from = configurationOf(project) ?? 'composer.json'
  return phpCheck(project, { name: 'test', line: runner, from, certainty: 'likely' })
}

function targetedTest(project: PhpProject, runner: string, paths: string[]): CheckCommand {
  // PHPUnit before 10 takes one path; a filter by class takes any number, and works in all of them.
  const classes = paths.map((path) => posix.basename(path, '.php'))
  const relative = quoteWord(posix.relative(project.folder, paths[0] ?? ''))
  const line =
    paths.length === 1 ? `${runner} ${relative}` : `${runner} --filter ${quoteWord(`/\\b(${classes.join('|')})::/`)}`
  const check = phpCheck(project, {
    name: 'test',
    line,
    from: configurationOf(project) ?? 'composer.json',
    certainty: 'likely',
  })
  return { ...check, id: check.id.replace(/^test/, 'targeted') }
}

function phpCheck(
  { folder }: PhpProject,
  { name, line, from, certainty }: Pick<CheckCommand, 'name' | 'line' | 'from' | 'certainty'>,
): CheckCommand {
  const id = folder === '.' ? name : `${name}:${folder}`
  const report = name === 'test' ? 'phpunit-junit' : 'text'
  return { name, id, line, cwd: folder, required: true, from: posix.join(folder, from), certainty, report }
}

const scriptNames: Record<Exclude<CheckName, 'test'>, string[]> = {
  format: ['format:check', 'check-format', 'cs:check', 'check-style', 'cs-check', 'check-cs'],
  typecheck: ['phpstan', 'stan', 'psalm', 'analyse', 'analyze', 'types', 'test:types'],
  lint: ['lint'],
}

function scriptChecks(project: PhpProject): CheckCommand[] {
  const scripts = project.manifest?.scripts ?? {}
  return Object.entries(scriptNames).flatMap(([name, wanted]) => {
    const script = wanted.find((one) => one in scripts)
    if (script === undefined) return []
    const from = `composer.json scripts.${script}`
    return [phpCheck(project, { name: name as CheckName, line: `composer run ${script}`, from, certainty: 'certain' })]
  })
}

function formatterOf(project: PhpProject): EcosystemFacts['formatFiles'] {
  const { files, folder } = project
  const fixer = ['.php-cs-fixer.php', '.php-cs-fixer.dist.php'].find((name) => files.includes(name))
  const program =
    fixer !== undefined && requires(project, 'friendsofphp/php-cs-fixer')
      ? `vendor/bin/php-cs-fixer fix --quiet --config=${fixer} --`
      : requires(project, 'laravel/pint')
        ? 'vendor/bin/pint --quiet'
        : undefined
  if (program === undefined) return undefined
  return (paths) => ({
    line: `${program} ${paths.map((path) => quoteWord(posix.relative(folder, path))).join(' ')}`,
    cwd: folder,
  })
}

const publicHosts = ['repo.packagist.org', 'packagist.org', 'api.github.com', 'codeload.github.com', 'github.com']

function installOf(project: PhpProject): InstallCommand | undefined {
  const { folder, files, manifest } = project
  if (manifest === undefined) return undefined
  const locked = files.includes('composer.lock')
  const addresses = JSON.stringify(manifest.repositories ?? []).match(/https?:\/\/[^"\\]+/g) ?? []
  const hosts = addresses.flatMap((address) => (URL.canParse(address) ? [new URL(address).host] : []))
  return {
    line: 'composer install --no-interaction --no-progress --prefer-dist',
    cwd: folder,
    from: posix.join(folder, locked ? 'composer.lock' : 'composer.json'),
    allowedHosts: [...new Set([...publicHosts, ...hosts])].sort(),
    certainty: locked ? 'certain' : 'likely',
    required: true,
  }
}
