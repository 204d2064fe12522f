// Tests that need a program of the system skip by name where it is missing, and fail instead where CI=true:
// a machine that is meant to run everything must not pass by running less.
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, it } from 'vitest'

type DescribeTests = (title: string, tests: () => void) => void

/** Debian packages whose name differs from the program's. */
const packageOf: Record<string, string> = {
  bwrap: 'bubblewrap',
  rg: 'ripgrep',
  postgres: 'postgresql',
  initdb: 'postgresql',
  python3: 'python3',
  socat: 'socat',
  git: 'git',
  runc: 'runc',
  conmon: 'conmon',
}

/** The absolute path of a program on PATH, or undefined. */
export function findProgram(program: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter((entry) => entry !== '')) {
    try {
      const path = join(folder, program)
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this folder.
    }
  }
  return undefined
}

/** `describe` for tests that need those programs; `packageName` is what a program is in when its package is not known here. */
export function requirePackage(packageName: string, programs: string[]): DescribeTests {
  const missing = programs.filter((program) => findProgram(program) === undefined)
  if (missing.length === 0) return describe
  const packages = [...new Set(missing.map((program) => packageOf[program] ?? packageName))]
  return withoutSystemPart(`${missing.join(', ')} missing`, `apt-get install ${packages.join(' ')}`)
}

/** `describe` that skips, naming what is missing and the mend; with CI=true it fails with the same words. */
export function withoutSystemPart(missing: string, mend: string): DescribeTests {
  const why = `${missing}: ${mend}`
  if (process.env.CI !== 'true') return (title, tests) => void describe.skip(`${title} [skipped, ${why}]`, tests)
  return (title) => {
    describe(title, () => {
      it(`needs what this machine lacks: ${why}`, () => {
        throw new Error(`CI=true runs every test, but ${why}`)
      })
    })
  }
}
