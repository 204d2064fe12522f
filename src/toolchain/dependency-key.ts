// The name under which an install's work is kept: equal only where the install would do the same, for the same repository.
import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { SandboxSession } from '../sandbox/sandbox.ts'
import { readFileInside } from './read-inside.ts'
import type { InstallCommand } from './toolchain.ts'

export interface KeyParts {
  session: SandboxSession
  installs: InstallCommand[]
  /** Absolute. */
  tree: string
  /** Paths of the work tree. */
  files: string[]
  /** Whose work it is: what one repository has installed never reaches another one. */
  repository: string
  /** What else decides: registries that stand for the public ones. */
  registries: unknown
}

const version = 1

/** Undefined where it cannot be known what the install depends on, or what it makes. */
export async function dependencyKey(parts: KeyParts): Promise<string | undefined> {
  const { installs, repository, registries } = parts
  const kept = installs.map((one) => one.keeps)
  if (installs.length === 0 || kept.some((one) => one === undefined)) return undefined
  const manifests = await readManifests(parts)
  const versions = await toolVersions(parts)
  if (manifests === undefined || versions === undefined) return undefined
  const commands = installs.map(({ line, before, cwd, allowedHosts, keeps }) => ({
    line,
    before,
    cwd,
    allowedHosts,
    keeps,
  }))
  const text = JSON.stringify({ version, repository, registries, commands, versions, manifests })
  return createHash('sha256').update(text).digest('hex')
}

/** Files that steer a package client, of whatever kind: one too many costs an install, one too few a wrong result. */
const manifest = new RegExp(
  `(^|/)(${[
    'package\\.json|package-lock\\.json|npm-shrinkwrap\\.json|pnpm-lock\\.yaml|pnpm-workspace\\.yaml|yarn\\.lock|bun\\.lockb?',
    '\\.npmrc|\\.yarnrc(\\.yml)?|\\.pnpmfile\\.cjs|bunfig\\.toml|patches/.*|\\.yarn/(patches|plugins)/.*',
    '[^/]*(requirements?|constraints?)[^/]*\\.(txt|in)|requirements/.*|pyproject\\.toml|setup\\.(py|cfg)|Pipfile(\\.lock)?|(poetry|uv|pdm)\\.lock',
    'go\\.(mod|sum|work|work\\.sum)|Cargo\\.(toml|lock)|rust-toolchain(\\.toml)?|\\.cargo/.*',
    'pom\\.xml|\\.mvn/.*|[^/]*\\.gradle(\\.kts)?|gradle\\.properties|gradle/.*|gradlew',
    'Gemfile(\\.lock)?|gems\\.(rb|locked)|[^/]*\\.gemspec|\\.bundle/config|\\.ruby-version|composer\\.(json|lock)|auth\\.json',
    '[^/]*\\.(cs|fs|vb)proj|[^/]*\\.(props|targets|slnx?)|packages\\.lock\\.json|global\\.json|nuget\\.config',
    '\\.tool-versions|\\.nvmrc|\\.node-version|\\.python-version',
  ].join('|')})$`,
  'i',
)

async function readManifests({ tree, files }: KeyParts): Promise<[string, string][] | undefined> {
  const read = await Promise.all(
    files
      .filter((path) => manifest.test(path))
      .sort()
      .map(async (path): Promise<[string, string | undefined]> => {
        const text = await readFileInside(tree, posix.dirname(path), posix.basename(path))
        return [path, text === undefined ? undefined : createHash('sha256').update(text).digest('hex')]
      }),
  )
  const known = read.filter((entry): entry is [string, string] => entry[1] !== undefined)
  return known.length === read.length ? known : undefined
}

/** Images, and the machine itself, may have equal tools on another system, for which what was compiled does not fit. */
const sayPlatform = 'cat /usr/lib/os-release /etc/os-release 2>/dev/null; uname -m'

/** What the programs of the install say of themselves, in the folder that they run in: version managers look there. */
async function toolVersions({ session, installs }: KeyParts): Promise<string[] | undefined> {
  const asked = new Set(installs.map(({ cwd, keeps }) => JSON.stringify([cwd, keeps?.versions ?? ''])))
  const said: string[] = []
  for (const one of asked) {
    const [cwd, line]: [string, string] = JSON.parse(one)
    const { exitCode, output } = await session.run({ line: `{ ${line}; } || exit\n${sayPlatform}`, cwd })
    if (exitCode !== 0) return undefined
    said.push(output)
  }
  return said
}
