// What pyproject.toml, setup.cfg and requirement files say.
import { posix } from 'node:path'
import { arrayNames, readTables, strings } from './toml-tables.ts'
import type { ReadFile } from './toolchain.ts'

export interface PythonProject {
  /** `.` for the root. */
  folder: string
  /** Paths of requirement files, development's first. */
  requirementFiles: string[]
  /** Requirements that pyproject.toml lists for running and for testing. */
  requirements: string[]
  pytest: boolean
  formatter?: 'ruff' | 'black'
  /** A linter or type checker counts only when it is configured. */
  linter?: 'ruff' | 'flake8'
  typeChecker?: 'mypy' | 'pyright'
  /** Folder that must be on the path, for a layout with `src/`. */
  sourceFolder?: string
}

const markers = ['pyproject.toml', 'setup.cfg', 'setup.py', 'requirements.txt', 'tox.ini', 'pytest.ini']
const testExtras = /^(tests?|testing|dev|develop|development)$/
const maxProjects = 20

/** Folders with a marker of a Python project that lie in no other one; the root's first. */
export async function readPythonProjects(files: string[], read: ReadFile): Promise<PythonProject[]> {
  const marked = [...new Set(files.filter(isMarker).map((path) => posix.dirname(path)))].sort(
    (a, b) => a.split('/').length - b.split('/').length || (a < b ? -1 : 1),
  )
  const folders = marked.includes('.')
    ? ['.']
    : marked.filter((one) => !marked.some((other) => one.startsWith(`${other}/`)))
  const bare = folders.length === 0 && files.some((path) => /(^|\/)test_\w+\.py$/.test(path)) ? ['.'] : folders
  return Promise.all(bare.slice(0, maxProjects).map((folder) => readProject(folder, files, read)))
}

function isMarker(path: string): boolean {
  return markers.includes(posix.basename(path)) && !/(^|\/)(node_modules|\.venv|venv|fixtures?)\//.test(path)
}

async function readProject(folder: string, files: string[], read: ReadFile): Promise<PythonProject> {
  const has = (name: string) => files.includes(posix.join(folder, name))
  const text = async (name: string) => (has(name) ? ((await read(posix.join(folder, name))) ?? '') : '')
  const [pyproject, setupCfg, toxIni] = await Promise.all([text('pyproject.toml'), text('setup.cfg'), text('tox.ini')])
  const configuration: Configuration = { has, tables: readTables(pyproject), ini: `${setupCfg}\n${toxIni}` }
  const requirementFiles = requirementNames.filter(has)
  const requirements = listedRequirements(configuration.tables)
  const listed = [...requirements, ...(await Promise.all(requirementFiles.map(text))).join('\n').split('\n')]
  const tests = files.filter((path) => path.startsWith(folder === '.' ? '' : `${folder}/`) && isPythonTest(path))
  const inSource = (path: string) => path.startsWith(posix.join(folder, 'src/')) && path.endsWith('.py')
  return {
    folder,
    requirementFiles: requirementFiles.map((name) => posix.join(folder, name)),
    requirements,
    pytest:
      configuresPytest(configuration) ||
      listed.some((line) => /^\s*pytest\b/i.test(line)) ||
      (await someUsesPytest(tests, read)),
    ...stylePrograms(configuration),
    ...(files.some(inSource) ? { sourceFolder: 'src' } : {}),
  }
}

const requirementNames = [
  'requirements-dev.txt',
  'requirements-test.txt',
  'dev-requirements.txt',
  'test-requirements.txt',
  'requirements.txt',
  'requirements/test.txt',
  'requirements/dev.txt',
]

interface Configuration {
  has: (name: string) => boolean
  /** Of pyproject.toml. */
  tables: Map<string, string>
  /** setup.cfg and tox.ini. */
  ini: string
}

function listedRequirements(tables: Map<string, string>): string[] {
  const forTests = ['project.optional-dependencies', 'dependency-groups'].flatMap((name) => {
    const table = tables.get(name) ?? ''
    return arrayNames(table).flatMap((key) => (testExtras.test(key) ? strings(table, key) : []))
  })
  return [...strings(tables.get('project') ?? '', 'dependencies'), ...forTests]
}

function configuresPytest({ has, tables, ini }: Configuration): boolean {
  return (
    ['pytest.ini', 'conftest.py', 'tests/conftest.py'].some(has) ||
    ['tool.pytest.ini_options', 'tool.pytest'].some((name) => tables.has(name)) ||
    /^\[(tool:)?pytest\]/m.test(ini)
  )
}

function stylePrograms(configuration: Configuration): Pick<PythonProject, 'formatter' | 'linter' | 'typeChecker'> {
  const { has, tables, ini } = configuration
  const styled = [...tables.keys()].some((name) => /^tool\.ruff(\.lint|$)/.test(name)) || has('ruff.toml')
  const flake8 = has('.flake8') || /^\[flake8\]/m.test(ini)
  const mypy = tables.has('tool.mypy') || has('mypy.ini') || /^\[mypy\]/m.test(ini)
  return {
    ...(tables.has('tool.ruff.format')
      ? { formatter: 'ruff' }
      : tables.has('tool.black')
        ? { formatter: 'black' }
        : {}),
    ...(styled ? { linter: 'ruff' } : flake8 ? { linter: 'flake8' } : {}),
    ...(mypy ? { typeChecker: 'mypy' } : tables.has('tool.pyright') ? { typeChecker: 'pyright' } : {}),
  }
}

export function isPythonTest(path: string): boolean {
  return /(^|\/)(test_\w+|\w+_test|conftest)\.py$/.test(path) || /(^|\/)tests?\/.*\.py$/.test(path)
}

/** Plain test functions outside of a class are collected by pytest only. */
async function someUsesPytest(tests: string[], read: ReadFile): Promise<boolean> {
  for (const path of tests.slice(0, 10)) {
    if (/^(import pytest|from pytest\b|(async )?def test_)/m.test((await read(path)) ?? '')) return true
  }
  return false
}
