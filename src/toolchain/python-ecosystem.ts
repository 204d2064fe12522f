import { posix } from 'node:path'
import { virtualEnvironment } from './instrument.ts'
import { owns } from './project-folders.ts'
import { type Evidence, isPythonTest, type PythonProject, readPythonProjects } from './python-project.ts'
import { quoteWord } from './shell-words.ts'
import type { CheckCommand, CheckName, Ecosystem, EcosystemFacts, ReadFile } from './toolchain.ts'

/** Python projects: pytest where it is configured or needed, else unittest of the standard library. */
export const pythonEcosystem: Ecosystem = {
  name: 'python',
  reportOf: (command) => {
    if (/(^|\s)(python[\d.]*\s+-m\s+)?pytest(\s|$)/.test(command)) return 'pytest-junit'
    return /python[\d.]*\s.*-m\s+unittest\b.*\s(-v|--verbose)\b/.test(command) ? 'unittest-text' : undefined
  },
  async detect(files, read) {
    const projects = await readPythonProjects(files, read)
    const folders = projects.map(({ folder }) => folder)
    return Promise.all(projects.map((project) => projectFacts(project, { files, read, folders })))
  },
}

interface Repository {
  files: string[]
  read: ReadFile
  /** Of all projects of this kind. */
  folders: string[]
}

async function projectFacts(project: PythonProject, { files, read, folders }: Repository): Promise<EcosystemFacts> {
  const inside = files.filter((path) => owns(project.folder, path, folders))
  const install = await installOf(project, read)
  const hasTests = inside.some(isPythonTest)
  const formatter = project.formatter
  return {
    name: 'python',
    language: 'Python',
    buildSystem: 'pip',
    root: project.folder,
    packages: [{ name: project.name, folder: project.folder }],
    tools: ['python3', ...(install === undefined ? programs(project, hasTests) : [])],
    ...(install === undefined ? {} : { install }),
    checks: [...styleChecks(project), ...(hasTests ? [testCheck(project, inside)] : [])],
    ...(formatter === undefined ? {} : { formatFiles: formatWith(project.folder, formatter.name) }),
    targetedTest: (paths) => targetedTest(project, inside, paths),
    reads: (path) => /\.pyi?$/.test(path),
    isTest: (path) => isPythonTest(path) && owns(project.folder, path, folders),
    isGenerated: isGeneratedByPython,
    notes: [],
  }
}

/** Without an install, what a check starts must be on the machine. */
function programs(project: PythonProject, hasTests: boolean): string[] {
  const names = [
    project.formatter?.name,
    project.linter?.name,
    project.typeChecker?.name,
    project.pytest !== undefined && hasTests ? 'pytest' : undefined,
  ]
  return [...new Set(names.filter((name) => name !== undefined))]
}

const styleLines = {
  format: { ruff: 'ruff format --check .', black: 'black --check --quiet .' },
  typecheck: { mypy: 'mypy .', pyright: 'pyright' },
  lint: { ruff: 'ruff check .', flake8: 'flake8' },
}

function styleChecks(project: PythonProject): CheckCommand[] {
  const { formatter, typeChecker, linter } = project
  const check = (name: CheckName, line: string, { from, certainty }: Evidence) =>
    pythonCheck(project, { name, line, from, certainty, report: 'text' })
  return [
    ...(formatter === undefined ? [] : [check('format', styleLines.format[formatter.name], formatter)]),
    ...(typeChecker === undefined ? [] : [check('typecheck', styleLines.typecheck[typeChecker.name], typeChecker)]),
    ...(linter === undefined ? [] : [check('lint', styleLines.lint[linter.name], linter)]),
  ]
}

function testCheck(project: PythonProject, files: string[]): CheckCommand {
  if (project.pytest !== undefined) {
    return pythonCheck(project, { name: 'test', line: 'python3 -m pytest', ...project.pytest, report: 'pytest-junit' })
  }
  const { folder, isPackage } = unittestFolder(project, files)
  const where = folder === '.' ? '' : ` -s ${folder}${isPackage ? ' -t .' : ''}`
  return pythonCheck(project, { ...unittest, line: `python3 -m unittest discover -v${where}` })
}

const unittest = {
  name: 'test',
  from: 'unittest of the standard library',
  certainty: 'guessed',
  report: 'unittest-text',
} as const

/** Where discovery starts. A folder without `__init__.py` is on the path itself, so its modules have short names. */
function unittestFolder(project: PythonProject, files: string[]): { folder: string; isPackage: boolean } {
  const holds = (name: string) => files.some((path) => path.startsWith(`${posix.join(project.folder, name)}/`))
  const folder = ['tests', 'test'].find(holds) ?? '.'
  return { folder, isPackage: files.includes(posix.join(project.folder, folder, '__init__.py')) }
}

function targetedTest(project: PythonProject, files: string[], paths: string[]): CheckCommand {
  const relative = paths.map((path) => posix.relative(project.folder, path))
  const check = project.pytest
    ? pythonCheck(project, {
        name: 'test',
        line: `python3 -m pytest ${relative.map(quoteWord).join(' ')}`,
        ...project.pytest,
        report: 'pytest-junit',
      })
    : targetedUnittest(project, files, relative)
  return { ...check, id: check.id.replace(/^test/, 'targeted') }
}

/** By module, so that the tests have the names that discovery gives them. */
function targetedUnittest(project: PythonProject, files: string[], paths: string[]): CheckCommand {
  const { folder, isPackage } = unittestFolder(project, files)
  const top = isPackage ? '.' : folder
  const modules = paths.map((path) => {
    const inTop = posix.relative(top, path)
    return quoteWord((inTop.startsWith('../') ? path : inTop).replace(/\.py$/, '').replaceAll('/', '.'))
  })
  const check = pythonCheck(project, { ...unittest, line: `python3 -m unittest -v ${modules.join(' ')}` })
  if (top === '.') return check
  const path = [project.sourceFolder, top].filter((part) => part !== undefined).join(':')
  return { ...check, env: { ...check.env, PYTHONPATH: path } }
}

function pythonCheck(
  project: PythonProject,
  command: Pick<CheckCommand, 'name' | 'line' | 'from' | 'certainty' | 'report'>,
): CheckCommand {
  const place = project.folder === '.' ? '' : `:${project.folder}`
  const env = {
    PYTHONDONTWRITEBYTECODE: '1',
    ...(project.sourceFolder === undefined ? {} : { PYTHONPATH: project.sourceFolder }),
  }
  return { ...command, id: `${command.name}${place}`, cwd: project.folder, required: true, env }
}

async function installOf(project: PythonProject, read: ReadFile): Promise<EcosystemFacts['install']> {
  const texts = await Promise.all(project.requirementFiles.map(read))
  const wanted = project.requirementFiles.filter((_, index) => /^\s*[^#\s]/m.test(texts[index] ?? ''))
  if (wanted.length === 0 && project.requirements.length === 0) return undefined
  const files = wanted.map((path) => `-r ${quoteWord(posix.relative(project.folder, path))}`)
  const listed = project.requirements.map(quoteWord)
  const pytest = project.pytest && !project.requirements.some((one) => /^pytest\b(?!-)/.test(one)) ? ['pytest'] : []
  const pip = `"$HOME/${virtualEnvironment}/bin/python" -m pip install --disable-pip-version-check --no-input`
  return {
    // Packages of the system stay visible, such as a pytest that the machine has.
    line: `python3 -m venv --system-site-packages "$HOME/${virtualEnvironment}" && ${pip} ${[...files, ...listed, ...pytest].join(' ')}`,
    cwd: project.folder,
    from: wanted[0] ?? posix.join(project.folder, 'pyproject.toml'),
    allowedHosts: indexHosts(texts.join('\n')),
    certainty: 'likely',
    required: true,
    ...(refersElsewhere(texts.join('\n'), project.requirements) ? {} : { keeps: virtualEnvironmentParts }),
  }
}

const virtualEnvironmentParts = { parts: [`~/${virtualEnvironment}`], versions: 'python3 --version' }

/** To a folder or a file of the repository, whose content is then part of what is installed. */
function refersElsewhere(texts: string, requirements: string[]): boolean {
  return /^\s*(-r|-c|-e|--editable|--requirement|--constraint|\.{0,2}\/|\.|file:)|@\s*file:/m.test(
    [texts, ...requirements].join('\n'),
  )
}

function indexHosts(requirements: string): string[] {
  const addresses = [...requirements.matchAll(/^\s*(-i|--(?:extra-)?index-url)[\s=]+(\S+)/gm)]
  const hosts = addresses.flatMap(([, , address = '']) => (URL.canParse(address) ? [new URL(address).host] : []))
  const replaced = addresses.some(([, flag]) => flag === '-i' || flag === '--index-url')
  return [...new Set([...hosts, ...(replaced ? [] : ['pypi.org', 'files.pythonhosted.org'])])].sort()
}

function formatWith(folder: string, formatter: 'ruff' | 'black'): EcosystemFacts['formatFiles'] {
  const program = formatter === 'ruff' ? 'ruff format' : 'black --quiet'
  return (paths) => ({
    line: `${program} ${paths.map((path) => quoteWord(posix.relative(folder, path))).join(' ')}`,
    cwd: folder,
  })
}

function isGeneratedByPython(path: string): boolean {
  return /(^|\/)(__pycache__|\.venv|venv|build|dist|[\w.-]+\.egg-info)\/|_pb2\.py$|(^|\/)(poetry|uv|pdm|Pipfile)\.lock$/.test(
    path,
  )
}
