// How a check is made to tell its tests by name, without changing what the repository runs.
import { nodeReporterSource } from './reports/node-reporter.ts'
import { withArguments } from './shell-words.ts'
import type { CheckCommand } from './toolchain.ts'

/** Where `installDependencies` keeps Python packages: in HOME, so that the work tree stays as it is. */
export const virtualEnvironment = '.venv'

const folderVariable = 'DRAFTSMITH_REPORT'
const sourceVariable = 'DRAFTSMITH_REPORTER'

export interface Instrumented {
  /** A shell program that ends with the check's own line and its exit code. */
  line: string
  env: Record<string, string>
}

/** The line with the programs on PATH that the repository has installed for itself: `node_modules/.bin`, the virtual environment. */
export function inToolPath(line: string, cwd = '.'): string {
  const up = cwd === '.' ? [] : [`$PWD/${cwd.replace(/[^/]+/g, '..')}/node_modules/.bin`]
  const folders = ['$PWD/node_modules/.bin', ...up, `$HOME/${virtualEnvironment}/bin`]
  return `export PATH="${folders.join(':')}:$PATH"\n${line}`
}

/** The check as it is really run: it leaves `places` (work folder and HOME, one a line) and `report` in `folder`, a name below HOME. */
export function instrument(check: CheckCommand, folder: string): Instrumented {
  const setup = [
    `${folderVariable}="$HOME/${folder}"`,
    `mkdir -p "$${folderVariable}" && { pwd -P; printf '%s\\n' "$HOME"; } > "$${folderVariable}/places"`,
  ]
  if (check.report !== 'node-events') {
    const line = inToolPath(withReportArguments(check), check.cwd)
    return { line: [...setup, line].join('\n'), env: { ...check.env } }
  }
  setup.push(
    `printf %s "$${sourceVariable}" > "$${folderVariable}/reporter.mjs"; unset ${sourceVariable}`,
    `export NODE_OPTIONS="$NODE_OPTIONS ${nodeOptions(check)}"`,
  )
  return {
    line: [...setup, inToolPath(check.line, check.cwd)].join('\n'),
    env: { ...check.env, [sourceVariable]: nodeReporterSource },
  }
}

/**
 * Reporters and destinations are counted over NODE_OPTIONS and the command line together and must be equally many.
 * Ours comes first; the log keeps a readable reporter on stdout, the script's own one where it names one.
 */
function nodeOptions(check: CheckCommand): string {
  const own = `--test-reporter=\\"$${folderVariable}/reporter.mjs\\" --test-reporter-destination=\\"$${folderVariable}/report\\"`
  const script = check.script ?? check.line
  const named = /--test-reporter[= ]/.test(script)
  const placed = script.includes('--test-reporter-destination')
  if (placed) return own
  return `${own}${named ? '' : ' --test-reporter=spec'} --test-reporter-destination=stdout`
}

function withReportArguments(check: CheckCommand): string {
  const report = `"$${folderVariable}/report"`
  switch (check.report) {
    case 'vitest-json':
      return withArguments(check.line, `--reporter=default --reporter=json --outputFile.json=${report}`)
    case 'jest-json':
      return withArguments(check.line, `--json --testLocationInResults --outputFile=${report}`)
    case 'mocha-json':
      return withArguments(check.line, `--reporter=json --reporter-option=output=${report}`)
    case 'pytest-junit':
      return withArguments(check.line, `--rootdir=. -o junit_family=xunit1 --junitxml=${report}`)
    case 'junit-file':
      return withArguments(check.line, `--reporter=junit --reporter-outfile=${report}`)
    case 'node-tap':
      return withArguments(check.line, '--tap')
    default:
      return check.line
  }
}
