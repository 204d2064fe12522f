// What pyproject.toml, setup.cfg and requirement files say.
import { posix } from 'node:path'
import { listedRequirements } from './python-requirements.ts'
import { readTables } from './toml-tables.ts'
import type { Certainty, ReadFile } from './toolchain.ts'

export interface PythonProject {
  /** `.` for the root. */
  folder: string
  name: string
  /** Paths of requirement files, development's first. */
  requirementFiles: string[]
  /** Requirements that pyproject.toml lists for running and for testing. */
  requirements: string[]
  /** Undefined: unittest of the standard library. */
  pytest?: Evidence
  formatter?: Program<'ruff' | 'black'>
  /** A linter or type checker counts only when it is configured. */
  linter?: Program<'ruff' | 'flake8'>
  typeChecker?: Program<'mypy' | 'pyright'>
  /** Folder that must be on the path, for a layout with `src/`. */
  sourceFolder?: string
}

/** Why a program is thought to be used here. */
export interface Evidence {
  /** The file first: `pyproject.toml tool.black`. */
  from: string
  certainty: Certainty
}

export interface Program<Name extends string> extends Evidence {
  name: Name
}

const markers = ['pyproject.toml', 'setup.cfg', 'setup.py', 'requirements.txt', 'tox.ini', 'pytest.ini']
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
  const [pyproject, setupCfg, setupPy, toxIni] = await Promise.all([
    text('pyproject.toml'),
    text('setup.cfg'),
    text('setup.py'),
    text('tox.ini'),
  ])
  const configuration: Configuration = { folder, has, tables: readTables(pyproject), setupCfg, toxIni }
  const requirementFiles = requirementNames.filter(has).map((name) => posix.join(folder, name))
  const requirements = listedRequirements({ tables: configuration.tables, setupCfg, setupPy })
  const tests = files.filter((path) => path.startsWith(folder === '.' ? '' : `${folder}/`) && isPythonTest(path))
  const inSource = (path: string) => path.startsWith(posix.join(folder, 'src/')) && path.endsWith('.py')
  const pytest =
    configuredPytest(configuration) ??
    (await requiredPytest(configuration, { requirements, requirementFiles, read })) ??
    (await usedPytest(tests, read))
  return {
    folder,
    name: nameOf(configuration) ?? folderName(folder),
    requirementFiles,
    requirements,
    ...(pytest === undefined ? {} : { pytest }),
    ...stylePrograms(configuration),
    ...(files.some(inSource) ? { sourceFolder: 'src' } : {}),
  }
}

function nameOf({ tables, setupCfg }: Configuration): string | undefined {
  const own = [tables.get('project'), tables.get('tool.poetry')].join('\n')
  return (
    /^\s*name\s*=\s*["']([^"'\n]+)["']/m.exec(own)?.[1] ?? /^\[metadata\][^[]*?^name\s*=\s*(\S+)/m.exec(setupCfg)?.[1]
  )
}

function folderName(folder: string): string {
  return folder === '.' ? 'root' : posix.basename(folder)
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
  folder: string
  has: (name: string) => boolean
  /** Of pyproject.toml. */
  tables: Map<string, string>
  setupCfg: string
  toxIni: string
}

/** The first of the places that says so, as evidence. */
function found(configuration: Configuration, places: [string, boolean][]): Evidence | undefined {
  const place = places.find(([, says]) => says)?.[0]
  return place === undefined ? undefined : { from: posix.join(configuration.folder, place), certainty: 'likely' }
}

function configuredPytest(configuration: Configuration): Evidence | undefined {
  const { has, tables, setupCfg, toxIni } = configuration
  return found(configuration, [
    ['pytest.ini', has('pytest.ini')],
    ['pyproject.toml tool.pytest', tables.has('tool.pytest.ini_options') || tables.has('tool.pytest')],
    ['setup.cfg tool:pytest', /^\[(tool:)?pytest\]/m.test(setupCfg)],
    ['tox.ini pytest', /^\[(tool:)?pytest\]/m.test(toxIni)],
    ['conftest.py', has('conftest.py')],
    ['tests/conftest.py', has('tests/conftest.py')],
  ])
}

async function requiredPytest(
  configuration: Configuration,
  listed: Pick<PythonProject, 'requirements' | 'requirementFiles'> & { read: ReadFile },
): Promise<Evidence | undefined> {
  const names = /^\s*pytest\b/im
  for (const path of listed.requirementFiles) {
    if (names.test((await listed.read(path)) ?? '')) return { from: path, certainty: 'likely' }
  }
  return found(configuration, [['pyproject.toml', names.test(listed.requirements.join('\n'))]])
}

/** Plain test functions outside of a class are collected by pytest only. */
async function usedPytest(tests: string[], read: ReadFile): Promise<Evidence | undefined> {
  const onlyPytest = /^(import pytest|from pytest\b|(async )?def test_)/m
  for (const path of tests.slice(0, 10)) {
    if (onlyPytest.test((await read(path)) ?? '')) return { from: path, certainty: 'guessed' }
  }
  return undefined
}

function stylePrograms(configuration: Configuration): Pick<PythonProject, 'formatter' | 'linter' | 'typeChecker'> {
  const { has, tables, setupCfg, toxIni } = configuration
  const styled = [...tables.keys()].some((name) => /^tool\.ruff(\.lint|$)/.test(name))
  const program = <Name extends string>(name: Name, places: [string, boolean][]): Program<Name> | undefined => {
    const evidence = found(configuration, places)
    return evidence === undefined ? undefined : { name, ...evidence }
  }
  const section = (name: string): [string, boolean][] => [
    [`setup.cfg ${name}`, new RegExp(`^\\[${name}\\]`, 'm').test(setupCfg)],
    [`tox.ini ${name}`, new RegExp(`^\\[${name}\\]`, 'm').test(toxIni)],
  ]
  const formatter =
    program('ruff', [['pyproject.toml tool.ruff.format', tables.has('tool.ruff.format')]]) ??
    program('black', [['pyproject.toml tool.black', tables.has('tool.black')]])
  const linter =
    program('ruff', [
      ['pyproject.toml tool.ruff', styled],
      ['ruff.toml', has('ruff.toml')],
    ]) ?? program('flake8', [['.flake8', has('.flake8')], ...section('flake8')])
  const typeChecker =
    program('mypy', [
      ['pyproject.toml tool.mypy', tables.has('tool.mypy')],
      ['mypy.ini', has('mypy.ini')],
      ...section('mypy'),
    ]) ?? program('pyright', [['pyproject.toml tool.pyright', tables.has('tool.pyright')]])
  return {
    ...(formatter === undefined ? {} : { formatter }),
    ...(linter === undefined ? {} : { linter }),
    ...(typeChecker === undefined ? {} : { typeChecker }),
  }
}

export function isPythonTest(path: string): boolean {
  return /(^|\/)(test_\w+|\w+_test|conftest)\.py$/.test(path) || /(^|\/)tests?\/.*\.py$/.test(path)
}
