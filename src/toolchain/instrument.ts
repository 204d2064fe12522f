// How a check is made to tell its tests by name, without changing what the repository runs.
import { readerOf } from './report-readers.ts'
import type { CheckCommand } from './toolchain.ts'

/** Where `installDependencies` keeps Python packages: in HOME, so that the work tree stays as it is. */
export const virtualEnvironment = '.venv'

const folderVariable = 'DRAFTSMITH_REPORT'

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
  const asked = readerOf(check.report)?.ask(check, `"$${folderVariable}/report"`) ?? { line: check.line }
  const setup = [
    `${folderVariable}="$HOME/${folder}"`,
    `mkdir -p "$${folderVariable}" && { pwd -P; printf '%s\\n' "$HOME"; } > "$${folderVariable}/places"`,
    ...(check.before === undefined ? [] : [check.before]),
    ...(asked.setup ?? []),
  ]
  return { line: [...setup, inToolPath(asked.line, check.cwd)].join('\n'), env: { ...check.env, ...asked.env } }
}
