// Can changes to a repository be verified here: for a comment, and without Markdown for a terminal.
import type { CommandOutcome, Improvement, ImprovementCode, Readiness, ReadinessCommand } from '../prepare/readiness.ts'
import { counted, duration } from './figures.ts'
import { codeSpan, inline, neutralise } from './neutralise.ts'

export interface ReadinessOf {
  /** For people: `owner/name`, or a path. */
  repository: string
  branch: string
  baseCommit: string
}

/** As it is recorded. */
export interface ReadinessReport {
  readiness: Readiness
  of: ReadinessOf
}

const shownNames = 8

export function renderReadiness(readiness: Readiness, of: ReadinessOf): string {
  const { improvements, installProblem, notes } = readiness
  return [
    `**${headlines[readiness.verdict]}** ${measured(of)}`,
    '',
    ...section('Commands', readiness.commands.flatMap(describeCommand)),
    ...(installProblem === undefined
      ? []
      : ['Why the dependencies cannot be installed:', '', fenced(installProblem), '']),
    ...section(
      'Repository',
      facts(readiness).map((line) => `- ${line}`),
    ),
    ...section(
      'Notes',
      notes.map((note) => `- ${inline(note)}`),
    ),
    ...section(
      'What would make it better, the greatest effect first',
      improvements.map((one, index) => `${index + 1}. ${describeImprovement(one)}`),
    ),
  ]
    .join('\n')
    .trimEnd()
}

/** The same words, where Markdown would only be in the way. */
export function renderTerminalReadiness(readiness: Readiness, of: ReadinessOf): string {
  return renderReadiness(readiness, of)
    .replace(/^ *```\w*\n?/gm, '')
    .replace(/\*\*|`|\\(?=[[\]<>|$*_~#.)+=-])/g, '')
}

const headlines: Record<Readiness['verdict'], string> = {
  ready: 'Ready: a change here can be verified.',
  limited: 'Usable: a change here can be verified, with the limits below.',
  not_ready: 'Not ready: no change could be verified here, so tasks are declined.',
}

function measured({ repository, branch, baseCommit }: ReadinessOf): string {
  return `Measured on ${codeSpan(repository)}, branch ${codeSpan(branch)} at ${codeSpan(baseCommit.slice(0, 10))}.`
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [`**${title}**`, '', ...lines, '']
}

function describeCommand(command: ReadinessCommand): string[] {
  const { kind, line, cwd, from, certainty, required, result } = command
  const place = cwd === '.' ? '' : ` in ${codeSpan(cwd)}`
  const optional = required ? '' : ', not required'
  const known = `from ${codeSpan(from)}, ${certainty}${optional}`
  return [
    `- ${kind}: ${codeSpan(line)}${place} (${known})${result === undefined ? '' : `: ${describeOutcome(result)}`}`,
    ...(result === undefined ? [] : [...listed('fails already', result.failing), ...listed('flaky', result.flaky)]),
    ...(result?.said === undefined ? [] : ['', indented(fenced(result.said)), '']),
  ]
}

function describeOutcome({ passed, exitCode, timedOut, durationMs, counts, unsteady }: CommandOutcome): string {
  const time = duration(durationMs)
  if (timedOut) return `stopped after ${time}, it took too long`
  const again = unsteady ? ', and ended differently when run again' : ''
  if (counts === undefined)
    return `${passed ? 'passes' : `fails with exit code ${exitCode ?? 'unknown'}`}${again}, ${time}`
  const parts = [`${counts.passed} pass`, ...(counts.failed > 0 ? [`${counts.failed} fail`] : [])]
  if (counts.skipped > 0) parts.push(`${counts.skipped} skipped`)
  return `${parts.join(', ')}${again}, ${time}`
}

function listed(title: string, names: string[]): string[] {
  const shown = names.slice(0, shownNames).map((name) => `  - ${title}: ${codeSpan(name.slice(0, 200))}`)
  return names.length > shownNames ? [...shown, `  - … and ${names.length - shownNames} more`] : shown
}

function fenced(text: string): string {
  return neutralise(`\`\`\`text\n${text.replaceAll('```', "'''").trim()}\n\`\`\``, 2_000)
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}

function facts(readiness: Readiness): string[] {
  const { languages, buildSystems, packages, files, testFiles, testFolders, instructions, owners, sandbox } = readiness
  const built = buildSystems.length === 0 ? '' : `, built with ${buildSystems.map((one) => inline(one)).join(', ')}`
  const more = packages.length > 1 ? `, ${counted(packages.length, 'package')}` : ''
  const where = testFolders.length === 0 ? '' : `, mostly in ${testFolders.slice(0, 3).map(codeSpan).join(', ')}`
  return [
    `${languages.length === 0 ? 'No language that is known here' : languages.map((one) => inline(one)).join(', ')}${built}: ${counted(files, 'file')}${more}`,
    testFiles === 0 ? 'No test files' : `${counted(testFiles, 'test file')}${where}`,
    `Instructions for contributors: ${instructions.length === 0 ? 'none' : instructions.slice(0, 5).map(codeSpan).join(', ')}`,
    `Code owners: ${owners ? 'yes' : 'none'}`,
    sandbox === 'none' ? 'Commands ran without a sandbox' : `Commands ran in a sandbox (${inline(sandbox)})`,
  ]
}

function describeImprovement({ code, of }: Improvement): string {
  const few = of.slice(0, 3).map((one) => codeSpan(one.slice(0, 120)))
  const names = `${few.join(', ')}${of.length > few.length ? ` and ${of.length - few.length} more` : ''}`
  return improvements[code](names, of)
}

const policy = '`.github/draftsmith.yml`'

const improvements: Record<ImprovementCode, (names: string, of: string[]) => string> = {
  install_tools: (_, of) => `Install what the commands need: ${of.map(installMend).join('; ')}.`,
  mend_install: () =>
    `Make the install pass in a fresh clone. If it needs another host, list it under \`sandbox.allowedHosts\` in ${policy}; or name another command as \`checks.install\`.`,
  name_test_command: () =>
    `Name the command that runs the tests in ${policy}: \`checks: { test: "…" }\`. Without tests nothing can show that a change works.`,
  make_tests_run: (names) =>
    `Make ${names} run on this machine: it ended without one test that passes, so it could not tell a good change from a bad one.`,
  mend_flaky_tests: (names) =>
    `Mend what is flaky: ${names}. Two runs of the same tree ended differently; a real regression can hide there.`,
  mend_failing_tests: (names) =>
    `Mend what fails already: ${names}. It does not block work elsewhere, and cannot guard what it was written for.`,
  mend_failing_checks: (names) =>
    `Make ${names} pass. While a check is red before a change, it says nothing about the change.`,
  name_tests: (names) =>
    `Run the tests with a runner that reports them by name; ${names} gives only an exit code, so a single test that breaks among failing ones is not seen.`,
  make_tests_fast: (names) =>
    `Make ${names} faster, or split it: tests are run at least three times for a change, and the time of a run is limited.`,
  write_tests: () =>
    'Write tests for what is changed often. There are few for the size of the repository, so most changes have none near them.',
  confirm_commands: (names) =>
    `Confirm ${names} by writing it under \`checks\` in ${policy}: it is only guessed from the custom of the language.`,
  lock_dependencies: (names) =>
    `Commit a lock file beside ${names}: without one, two installs can differ, and a failure can come from outside of the change.`,
  add_checks: (_, of) =>
    `Add a command for ${inWords(of.map((one) => checkWords[one] ?? one))}, or name it under \`checks\` in ${policy}: what it would find is left to the reviewer now.`,
  write_instructions: () =>
    'Write an `AGENTS.md` or `CONTRIBUTING.md` with the conventions that a newcomer could not guess; it is read before each change.',
  name_owners: () => 'Name owners in `CODEOWNERS`: they are asked for review.',
}

const checkWords: Record<string, string> = { format: 'format', typecheck: 'types', lint: 'lint' }

function inWords(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** Debian's packages, as most images have them. */
const debianPackages: Record<string, string> = {
  bundle: 'bundler',
  cargo: 'cargo',
  composer: 'composer',
  go: 'golang-go',
  gradle: 'gradle',
  javac: 'default-jdk-headless',
  just: 'just',
  make: 'make',
  mvn: 'maven',
  node: 'nodejs',
  npm: 'npm',
  php: 'php-cli',
  phpunit: 'phpunit',
  pytest: 'python3-pytest',
  python3: 'python3 python3-venv',
  rake: 'rake',
  rspec: 'ruby-rspec',
  ruby: 'ruby',
}
const otherSources: Record<string, string> = { dotnet: 'the .NET SDK, https://dotnet.microsoft.com/download' }
const npmPackages = ['pnpm', 'yarn', 'bun']
const pythonPackages = ['black', 'flake8', 'mypy', 'pyright', 'ruff']

function installMend(tool: string): string {
  const name = codeSpan(tool)
  if (npmPackages.includes(tool)) return `${name} (\`npm install --global ${tool}\`)`
  if (pythonPackages.includes(tool)) return `${name} (\`pip install ${tool}\`, or list it among the requirements)`
  const packages = debianPackages[tool]
  const source = otherSources[tool]
  if (source !== undefined) return `${name} (${source})`
  return packages === undefined ? name : `${name} (on Debian \`apt-get install ${packages}\`)`
}
