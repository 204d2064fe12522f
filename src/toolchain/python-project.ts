// What pyproject.toml, setup.cfg and requirement files say. Only tables, and arrays of strings, are read from TOML.
import { posix } from 'node:path'
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
  const tables = readTables(await text('pyproject.toml'))
  const [setupCfg, toxIni] = await Promise.all([text('setup.cfg'), text('tox.ini')])
  const requirementFiles = [
    'requirements-dev.txt',
    'requirements-test.txt',
    'dev-requirements.txt',
    'test-requirements.txt',
    'requirements.txt',
    'requirements/test.txt',
    'requirements/dev.txt',
  ].filter(has)
  const extraTable = tables.get('project.optional-dependencies') ?? ''
  const extras = arrayNames(extraTable).filter((name) => testExtras.test(name))
  const groups = tables.get('dependency-groups') ?? ''
  const requirements = [
    ...strings(tables.get('project') ?? '', 'dependencies'),
    ...extras.flatMap((name) => strings(extraTable, name)),
    ...arrayNames(groups)
      .filter((name) => testExtras.test(name))
      .flatMap((name) => strings(groups, name)),
  ]
  const listed = [...requirements, ...(await Promise.all(requirementFiles.map(text))).join('\n').split('\n')].map(
    (line) => line.trim(),
  )
  const uses = (name: string) => listed.some((line) => new RegExp(`^${name}\\b`, 'i').test(line))
  const tests = files.filter((path) => path.startsWith(folder === '.' ? '' : `${folder}/`) && isPythonTest(path))
  const formatter = tables.has('tool.ruff.format') ? 'ruff' : tables.has('tool.black') ? 'black' : undefined
  const linter =
    [...tables.keys()].some((name) => /^tool\.ruff(\.lint|$)/.test(name)) || has('ruff.toml')
      ? 'ruff'
      : /^\[flake8\]/m.test(setupCfg + toxIni) || has('.flake8')
        ? 'flake8'
        : undefined
  const typeChecker =
    tables.has('tool.mypy') || has('mypy.ini') || /^\[mypy\]/m.test(setupCfg)
      ? 'mypy'
      : tables.has('tool.pyright')
        ? 'pyright'
        : undefined
  return {
    folder,
    requirementFiles: requirementFiles.map((name) => posix.join(folder, name)),
    requirements,
    pytest:
      has('pytest.ini') ||
      has('conftest.py') ||
      has('tests/conftest.py') ||
      tables.has('tool.pytest.ini_options') ||
      tables.has('tool.pytest') ||
      /^\[tool:pytest\]/m.test(setupCfg) ||
      /^\[pytest\]/m.test(toxIni) ||
      uses('pytest') ||
      (await someUsesPytest(tests, read)),
    ...(formatter === undefined ? {} : { formatter }),
    ...(linter === undefined ? {} : { linter }),
    ...(typeChecker === undefined ? {} : { typeChecker }),
    ...(files.some((path) => path.startsWith(posix.join(folder, 'src/')) && path.endsWith('.py'))
      ? { sourceFolder: 'src' }
      : {}),
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

/** Raw text of each table by its name. */
function readTables(text: string): Map<string, string> {
  const tables = new Map<string, string>()
  let name = ''
  for (const line of text.split('\n')) {
    const header = /^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$/.exec(line)?.[1]
    if (header !== undefined && !/["',]/.test(header)) name = header
    tables.set(name, `${tables.get(name) ?? ''}${header === undefined || /["',]/.test(header) ? line : ''}\n`)
  }
  return tables
}

function arrayNames(table: string): string[] {
  return [...table.matchAll(/^\s*"?([\w-]+)"?\s*=\s*\[/gm)].flatMap((match) => match[1] ?? [])
}

/** An array of strings; brackets inside of a string, as in `"uvicorn[standard]"`, do not end it. */
function strings(table: string, key: string): string[] {
  const array =
    new RegExp(`^\\s*"?${key}"?\\s*=\\s*\\[((?:[^\\]"']|"[^"\\n]*"|'[^'\\n]*')*)\\]`, 'm').exec(table)?.[1] ?? ''
  return [...array.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map((match) => match[1] ?? match[2] ?? '')
}
