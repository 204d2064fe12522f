// Ruby projects: RSpec, Minitest through rake or Rails, or Minitest's files alone.
import { posix } from 'node:path'
import { outermostFolders } from './outermost-folders.ts'
import { owns } from './project-folders.ts'
import { quoteWord } from './shell-words.ts'
import type { Certainty, CheckCommand, Ecosystem, EcosystemFacts, InstallCommand, ReadFile } from './toolchain.ts'

export const rubyEcosystem: Ecosystem = {
  name: 'ruby',
  async detect(files, read) {
    const projects = await Promise.all(rubyFolders(files).map((folder) => readProject(folder, files, read)))
    const folders = projects.map(({ folder }) => folder)
    return projects.map((project) => projectFacts(project, folders))
  },
}

interface RubyProject {
  folder: string
  name: string
  /** Of this project, from its folder. */
  files: string[]
  /** Text of the Gemfile; undefined without one. */
  gemfile: string | undefined
  rakefile: string
}

function rubyFolders(files: string[]): string[] {
  const marks = files.filter(
    (path) => /(^|\/)(Gemfile|Rakefile|\.rspec|[\w.-]+\.gemspec)$/.test(path) && !isVendored(path),
  )
  return outermostFolders(marks)
}

function isVendored(path: string): boolean {
  return /(^|\/)(vendor|node_modules|fixtures?|spec|test|tests)\//.test(path)
}

async function readProject(folder: string, files: string[], read: ReadFile): Promise<RubyProject> {
  const within = files.flatMap((path) => {
    if (folder === '.') return [path]
    return path.startsWith(`${folder}/`) ? [posix.relative(folder, path)] : []
  })
  const text = async (name: string) => (within.includes(name) ? read(posix.join(folder, name)) : undefined)
  const gemspec = within.find((path) => /^[\w.-]+\.gemspec$/.test(path))
  return {
    folder,
    name: gemspec?.replace(/\.gemspec$/, '') ?? (folder === '.' ? 'root' : posix.basename(folder)),
    files: within,
    gemfile: await text('Gemfile'),
    rakefile: (await text('Rakefile')) ?? '',
  }
}

function projectFacts(project: RubyProject, folders: string[]): EcosystemFacts {
  const { folder, name, gemfile } = project
  const runner = runnerOf(project)
  const test = runner === undefined ? [] : [rubyCheck(project, { ...runner, name: 'test', line: runner.all })]
  const formatter = rubocop(project)
  return {
    name: 'ruby',
    language: 'Ruby',
    buildSystem: gemfile === undefined ? 'Ruby' : 'Bundler',
    root: folder,
    packages: [{ name, folder }],
    tools: ['ruby', ...(gemfile === undefined ? [] : ['bundle'])],
    ...(gemfile === undefined ? {} : { install: installOf(project, gemfile) }),
    checks: [...(formatter?.checks ?? []), ...test],
    ...(formatter === undefined ? {} : { formatFiles: formatter.formatFiles }),
    targetedTest: (paths) => (runner === undefined ? undefined : targetedTest(project, runner, paths)),
    reads: (path) => /\.(rb|rake|gemspec|ru)$/.test(path),
    isTest: (path) => isRubyTest(path) && owns(folder, path, folders),
    isGenerated: (path) => /(^|\/)(vendor\/bundle|\.bundle|coverage)\/|(^|\/)Gemfile\.lock$/.test(path),
    notes: [],
  }
}

function isRubyTest(path: string): boolean {
  // `lib/rack/test/utils.rb` is a library for tests, and none of them.
  const shipped = /(^|\/)(lib|app)\//.test(path)
  return !shipped && /_(spec|test)\.rb$|(^|\/)test_\w+\.rb$|(^|\/)(spec|test)\/.*\.rb$/.test(path)
}

interface Runner {
  all: string
  /** Quoted paths from the project's folder follow. */
  some: string
  from: string
  certainty: Certainty
  report: CheckCommand['report']
}

function runnerOf(project: RubyProject): Runner | undefined {
  const { files, rakefile } = project
  const bundled = bundle(project)
  if (files.some((path) => /^spec\/.*_spec\.rb$/.test(path))) {
    const all = `${bundled}rspec`
    const from = files.includes('.rspec') ? '.rspec' : 'spec/'
    return { all, some: all, from, certainty: 'likely', report: 'rspec-json' }
  }
  const tests = files.filter((path) => /^test\/.*(_test|(^|\/)test_\w+)\.rb$/.test(path))
  if (tests.length === 0) return undefined
  const report = 'minitest-events'
  if (files.includes('bin/rails')) {
    return { all: 'bin/rails test', some: 'bin/rails test', from: 'bin/rails', certainty: 'likely', report }
  }
  const some = `${bundled}ruby -Ilib -Itest -e 'ARGV.each { |file| require File.expand_path(file) }'`
  if (/TestTask|task[ (]+:test\b/.test(rakefile)) {
    return { all: `${bundled}rake test`, some, from: 'Rakefile', certainty: 'certain', report }
  }
  return { all: `${some} ${tests.map(quoteWord).join(' ')}`, some, from: 'test/', certainty: 'guessed', report }
}

function bundle({ gemfile }: RubyProject): string {
  return gemfile === undefined ? '' : 'bundle exec '
}

function rubyCheck(
  { folder }: RubyProject,
  { name, line, from, certainty, report }: Pick<CheckCommand, 'name' | 'line' | 'from' | 'certainty' | 'report'>,
): CheckCommand {
  const id = folder === '.' ? name : `${name}:${folder}`
  return { name, id, line, cwd: folder, required: true, from: posix.join(folder, from), certainty, report }
}

function targetedTest(project: RubyProject, runner: Runner, paths: string[]): CheckCommand {
  const listed = paths.map((path) => quoteWord(posix.relative(project.folder, path))).join(' ')
  const check = rubyCheck(project, { ...runner, name: 'test', line: `${runner.some} ${listed}`, certainty: 'likely' })
  return { ...check, id: check.id.replace(/^test/, 'targeted') }
}

/** Only where it is configured and among the gems: a linter that nobody asked for finds fault with everything. */
function rubocop(
  project: RubyProject,
): (Required<Pick<EcosystemFacts, 'formatFiles'>> & { checks: CheckCommand[] }) | undefined {
  const { files, gemfile, folder } = project
  if (!files.includes('.rubocop.yml') || !/^\s*gem\s*\(?\s*["']rubocop/m.test(gemfile ?? '')) return undefined
  const line = 'bundle exec rubocop'
  const check = { name: 'lint', line, from: '.rubocop.yml', certainty: 'likely', report: 'text' } as const
  return {
    checks: [rubyCheck(project, check)],
    formatFiles: (paths) => ({
      line: `${line} --autocorrect --fail-level fatal ${paths.map((path) => quoteWord(posix.relative(folder, path))).join(' ')}`,
      cwd: folder,
    }),
  }
}

/** Gems go below HOME, so that the work tree stays as it is; with a lock file exactly what it says. */
function installOf({ folder, files }: RubyProject, gemfile: string): InstallCommand {
  const locked = files.includes('Gemfile.lock')
  const frozen = locked ? ' && bundle config set --global frozen true' : ''
  return {
    before: `bundle config set --global path "$HOME/.gems"${frozen}`,
    line: 'bundle install',
    cwd: folder,
    from: posix.join(folder, locked ? 'Gemfile.lock' : 'Gemfile'),
    allowedHosts: gemHosts(gemfile),
    certainty: locked ? 'certain' : 'likely',
    required: true,
  }
}

/** Of sources and of gems from git, in every way to write them; `github` is a word of Bundler's. */
function gemHosts(gemfile: string): string[] {
  const code = gemfile.replace(/#(?!\{).*$/gm, '')
  const addresses = code.match(/https?:\/\/[^\s"'#)]+/g) ?? []
  const hosts = addresses.flatMap((address) => (URL.canParse(address) ? [new URL(address).host] : []))
  const github = /\bgithub\b/.test(code) ? ['github.com'] : []
  return [...new Set(['index.rubygems.org', 'rubygems.org', ...hosts, ...github])].sort()
}
