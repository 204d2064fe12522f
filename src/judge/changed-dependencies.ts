// Which dependencies a change to a manifest touches, told from its text before and after.
import { basename } from 'node:path/posix'
import { arrayNames, readTables, strings } from '../toolchain/toml-tables.ts'

/** Names with whatever the manifest says of them; undefined for files that are no manifest we read. */
type Reader = (text: string) => Map<string, string>

/** Sorted names that came, went or changed; empty for a file that declares no dependencies. */
export function changedDependencies(path: string, before: string | undefined, after: string | undefined): string[] {
  const read = readerOf(basename(path))
  if (read === undefined) return []
  const [was, is] = [read(before ?? ''), read(after ?? '')]
  const names = new Set([...was.keys(), ...is.keys()])
  return [...names].filter((name) => was.get(name) !== is.get(name)).sort()
}

function readerOf(name: string): Reader | undefined {
  if (name === 'package.json')
    return jsonSections(['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'])
  if (name === 'composer.json') return jsonSections(['require', 'require-dev'])
  return lineReaders.find(([file]) => file.test(name))?.[1]
}

function jsonSections(keys: string[]): Reader {
  return (text) => {
    const manifest = parsed(text)
    return new Map(
      keys.flatMap((key) =>
        Object.entries(asRecord(manifest[key])).map(([name, version]) => [name, `${key} ${String(version)}`] as const),
      ),
    )
  }
}

/** A manifest that cannot be read declares nothing; the checks say what is wrong with it. */
function parsed(text: string): Record<string, unknown> {
  try {
    return asRecord(JSON.parse(text))
  } catch {
    return {}
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

const lineReaders: [file: RegExp, Reader][] = [
  [/^requirements[\w.-]*\.(txt|in)$/, requirements],
  [/^go\.(mod|work)$/, lines(/^\s*(?:require\s+|replace\s+)?([\w.-]+\.[a-z]+\/\S+)(?:\s+v\S+)?\s+(?:v\S|=>)/)],
  [/^Cargo\.toml$/, tables(/^(?:target\..*\.|workspace\.)?(?:dev-|build-)?dependencies(?:\.|$)/)],
  [/^pyproject\.toml$/, pyproject],
  [/^setup\.cfg$/, setupCfg],
  [/^Gemfile$/, lines(/^\s*gem\s+['"]([\w.-]+)['"]/)],
  [/^build\.gradle(\.kts)?$/, lines(/^\s*\w*(?:[iI]mplementation|[aA]pi|Only|kapt|ksp)\s*\(?\s*['"]([^'":]+:[^'":]+)/)],
  [/^pom\.xml$/, lines(/<artifactId>\s*([\w.-]+)\s*<\/artifactId>/)],
  [/\.(cs|fs|vb)proj$/, lines(/<PackageReference\b[^>]*\bInclude="([\w.-]+)"/)],
]

function lines(pattern: RegExp): Reader {
  return (text) =>
    gathered(
      text.split(/\r?\n/).flatMap((line) => {
        const name = pattern.exec(line)?.[1]
        return name === undefined ? [] : [[name, line.trim()] as const]
      }),
    )
}

/** A name that stands several times, such as one for each platform, has all that is said of it. */
function gathered(entries: (readonly [name: string, said: string])[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const [name, said] of entries) found.set(name, [found.get(name) ?? [], said].flat().join('\n'))
  return found
}

/** Each under its name. An address, a folder or an option, such as another index, brings code that no name tells: it stands for itself. */
function required(requirements: string[]): Map<string, string> {
  const name = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(?:[=<>!~;@(].*)?$/
  return gathered(requirements.map((requirement) => [name.exec(requirement)?.[1] ?? requirement, requirement]))
}

function requirements(text: string): Map<string, string> {
  const stated = text.split(/\r?\n/).map((line) =>
    line
      .replace(/(^|\s)#.*/, '')
      .replace(/\\$/, '')
      .trim(),
  )
  return required(stated.filter((line) => line !== '' && !line.startsWith('--hash')))
}

/** `name = …` below a header of that shape; a header that ends in the name counts as well. */
function tables(header: RegExp): Reader {
  return (text) => {
    const found = new Map<string, string>()
    let inside: string | undefined
    for (const line of text.split(/\r?\n/)) {
      const title = /^\s*\[+\s*([^\]]+?)\s*\]+/.exec(line)?.[1]
      if (title !== undefined) inside = header.test(title) ? title : undefined
      const name = /^\s*"?([\w.-]+)"?\s*=/.exec(line)?.[1]
      if (inside !== undefined && name !== undefined) found.set(`${ownName(inside) ?? name}`, line.trim())
    }
    return found
  }
}

function ownName(header: string): string | undefined {
  return /dependencies\.([\w-]+)$/.exec(header)?.[1]
}

/** Lists of requirements, wherever a tool of Python looks for them, and the tables of Poetry. */
function pyproject(text: string): Map<string, string> {
  const listed = [...readTables(text)].flatMap(([name, table]) => {
    if (name === 'project') return strings(table, 'dependencies')
    return lists.test(name) ? arrayNames(table).flatMap((key) => strings(table, key)) : []
  })
  return new Map([...required(listed), ...tables(/^tool\.poetry\.(?:.*\.)?(?:dev-)?dependencies/)(text)])
}

const lists = /^(project\.optional-dependencies|dependency-groups|tool\.pdm\.dev-dependencies|tool\.uv)$/

/** Behind keys such as `install_requires`, on their line and indented below, and everything in the table of extras. */
function setupCfg(text: string): Map<string, string> {
  let section = ''
  let key = ''
  const found = text.split(/\r?\n/).flatMap((line) => {
    section = /^\[([^\]]+)\]/.exec(line)?.[1]?.trim() ?? section
    const [, named, value = ''] = /^([\w-]+)\s*=(.*)$/.exec(line) ?? []
    key = named ?? key
    const inside = section === 'options.extras_require' || (section === 'options' && key.endsWith('_requires'))
    const said = (named === undefined ? line : value).trim()
    return inside && said !== '' && !/^[#;[]/.test(said) ? [said] : []
  })
  return required(found)
}
