// What a Python project needs to run and to be tested, from every place that says so: pyproject.toml, setup.cfg, setup.py.
import { arrayNames, strings } from './toml-tables.ts'

export interface RequirementSources {
  /** Of pyproject.toml. */
  tables: Map<string, string>
  setupCfg: string
  setupPy: string
}

const testExtras = /^(tests?|testing|dev|develop|development)$/

/** Requirements as pip takes them, each once, those for running first. What a script works out is not found. */
export function listedRequirements({ tables, setupCfg, setupPy }: RequirementSources): string[] {
  const forTests = ['project.optional-dependencies', 'dependency-groups', 'tool.pdm.dev-dependencies'].flatMap(
    (name) => {
      const table = tables.get(name) ?? ''
      return arrayNames(table).flatMap((key) => (testExtras.test(key) ? strings(table, key) : []))
    },
  )
  return [
    ...new Set([
      ...strings(tables.get('project') ?? '', 'dependencies'),
      ...forTests,
      ...strings(tables.get('tool.uv') ?? '', 'dev-dependencies'),
      ...poetryRequirements(tables),
      ...ofSetupCfg(setupCfg),
      ...ofSetupPy(setupPy),
    ]),
  ]
}

function poetryRequirements(tables: Map<string, string>): string[] {
  return [...tables].flatMap(([name, table]) => {
    const group = /^tool\.poetry\.group\.([\w-]+)\.dependencies$/.exec(name)?.[1]
    const wanted =
      name === 'tool.poetry.dependencies' || name === 'tool.poetry.dev-dependencies' || testExtras.test(group ?? '')
    return wanted ? table.split('\n').flatMap(poetryRequirement) : []
  })
}

/** `name = "^1.2"` or `name = { version = "^1.2", extras = ["a"] }`; packages from folders and addresses, and optional ones, are left out. */
function poetryRequirement(line: string): string[] {
  const match = /^\s*"?([\w.-]+)"?\s*=\s*(?:"([^"]*)"|'([^']*)'|\{(.*)\})/.exec(line)
  const [, name = '', double, single, table] = match ?? []
  if (match === null || name === 'python' || /\b(path|git|url|file)\s*=|\boptional\s*=\s*true/.test(table ?? ''))
    return []
  const version = double ?? single ?? /\bversion\s*=\s*["']([^"']*)["']/.exec(table ?? '')?.[1] ?? '*'
  const extras = strings((table ?? '').replace(/,\s*(?=extras)/, '\n'), 'extras')
  return [`${name}${extras.length === 0 ? '' : `[${extras.join(',')}]`}${pipVersions(version)}`]
}

/** Poetry's `^` and `~` in pip's words; a choice between ranges has none. */
function pipVersions(text: string): string {
  if (text.includes('|')) return ''
  return text
    .split(',')
    .map((part) => part.trim())
    .flatMap((part) => {
      if (part === '*' || part === '') return []
      const match = /^([\^~])\s*(\d+(?:\.\d+)*)/.exec(part)
      if (match === null) return [/^[<>=!~]/.test(part) ? part : `==${part}`]
      return [`>=${match[2]},<${nextVersion(match[1] ?? '', match[2] ?? '')}`]
    })
    .join(',')
}

/** `^` keeps what is left of the first number that is not 0, `~` the second number. */
function nextVersion(sign: string, version: string): string {
  const numbers = version.split('.').map(Number)
  const firstCounting = numbers.findIndex((number) => number > 0)
  const at = sign === '~' ? Math.min(1, numbers.length - 1) : firstCounting < 0 ? numbers.length - 1 : firstCounting
  return [...numbers.slice(0, at), (numbers[at] ?? 0) + 1].join('.')
}

/** Indented lines below `install_requires =` and below the extras for tests. */
function ofSetupCfg(text: string): string[] {
  const options = /^\[options\]([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? ''
  const extras = /^\[options\.extras_require\]([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? ''
  return [
    ...indented(options, (key) => key === 'install_requires' || key === 'tests_require'),
    ...indented(extras, (key) => testExtras.test(key)),
  ]
}

function indented(section: string, wanted: (key: string) => boolean): string[] {
  const blocks = [...section.matchAll(/^([\w-]+)[ \t]*=(.*(?:\n[ \t]+.*|\n[ \t]*(?=\n))*)/gm)]
  return blocks
    .filter(([, key = '']) => wanted(key))
    .flatMap(([, , value = '']) => value.split('\n'))
    .map((line) => line.replace(/(^|\s)#.*/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('file:'))
}

/** Lists that are written out: `install_requires=["a"]`, `extras_require={"test": ["b"]}`. */
function ofSetupPy(text: string): string[] {
  const lists = text.matchAll(
    /(?:\b(?:install_requires|tests_require)\s*=|["'](?:tests?|testing|dev|develop|development)["']\s*:)\s*\[((?:[^\]"']|"[^"\n]*"|'[^'\n]*')*)\]/g,
  )
  return [...lists].flatMap(([, list = '']) =>
    [...list.replace(/#.*$/gm, '').matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].map((match) => match[1] ?? match[2] ?? ''),
  )
}
