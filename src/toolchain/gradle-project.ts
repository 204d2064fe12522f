// Gradle: its settings, the projects they include, and the commands that build and test them.
import { posix } from 'node:path'
import { hostsIn, isTestClass, javaHome, javaNetwork, moduleOf, unitTestClass } from './jvm-sources.ts'
import { outermostFolders } from './outermost-folders.ts'
import { quoteWord } from './shell-words.ts'
import type { CheckCommand, EcosystemFacts, ReadFile, WorkspacePackage } from './toolchain.ts'

export interface GradleProject {
  /** `.` for the root. */
  folder: string
  /** The root first; `path` is Gradle's own, `:core:api`. */
  projects: (WorkspacePackage & { path: string })[]
  /** `gradlew` is committed. */
  wrapper: boolean
  /** Where its commands are known from. */
  from: string
  hosts: string[]
}

const settings = /(^|\/)settings\.gradle(\.kts)?$/
const build = /(^|\/)build\.gradle(\.kts)?$/
const publicHosts = [
  ...['repo.maven.apache.org', 'repo1.maven.org', 'plugins.gradle.org', 'plugins-artifacts.gradle.org'],
  ...['dl.google.com', 'maven.google.com'],
]
/** The wrapper's distributions are handed on to GitHub's releases. */
const wrapperHosts = [
  'services.gradle.org',
  'downloads.gradle.org',
  'github.com',
  'release-assets.githubusercontent.com',
]

export async function readGradleProjects(files: string[], read: ReadFile): Promise<GradleProject[]> {
  const isBuild = (path: string) =>
    (settings.test(path) || build.test(path)) && !/(^|\/)(src|buildSrc|build)\//.test(path)
  const builds = files.filter(isBuild)
  return Promise.all(outermostFolders(builds).map((folder) => readProject(folder, builds, { files, read })))
}

async function readProject(
  folder: string,
  builds: string[],
  { files, read }: { files: string[]; read: ReadFile },
): Promise<GradleProject> {
  const own = builds.filter((path) => folder === '.' || path.startsWith(`${folder}/`)).slice(0, 200)
  const texts = new Map(await Promise.all(own.map(async (path) => [path, (await read(path)) ?? ''] as const)))
  const at = (pattern: RegExp) => own.find((path) => pattern.test(path) && posix.dirname(path) === folder)
  const settingsFile = at(settings)
  const wrapper = files.includes(posix.join(folder, 'gradlew'))
  return {
    folder,
    projects: includedProjects(folder, settingsFile === undefined ? '' : (texts.get(settingsFile) ?? '')),
    wrapper,
    from: at(build) ?? settingsFile ?? posix.join(folder, 'build.gradle'),
    hosts: hostsIn([...texts.values()].flatMap(repositories), [...publicHosts, ...(wrapper ? wrapperHosts : [])]),
  }
}

/** `include 'core', ':web:api'`, in Groovy or Kotlin, and folders that are given by hand. */
function includedProjects(folder: string, text: string): GradleProject['projects'] {
  const plain = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  const name =
    /rootProject\.name\s*=\s*["']([^"']+)["']/.exec(plain)?.[1] ?? (folder === '.' ? 'root' : posix.basename(folder))
  const includes = [...plain.matchAll(/\binclude\b[\s(]*((?:["'][^"']+["'][\s,]*)+)/g)]
  const paths = includes.flatMap(([, list = '']) =>
    [...list.matchAll(/["']([^"']+)["']/g)].map(([, path = '']) => path),
  )
  const given = new Map(
    [...plain.matchAll(/project\(\s*["']([^"']+)["']\s*\)\.projectDir\s*=[^"'\n]*["']([^"']+)["']/g)].map(
      ([, path = '', dir = '']) => [absolute(path), dir] as const,
    ),
  )
  const projects = [...new Set(paths.map(absolute))].map((path) => {
    const below = given.get(path) ?? path.slice(1).replaceAll(':', '/')
    return { path, name: path.slice(path.lastIndexOf(':') + 1), folder: posix.join(folder, below) }
  })
  return [{ path: ':', name, folder }, ...projects]
}

function absolute(path: string): string {
  return path.startsWith(':') ? path : `:${path}`
}

function repositories(text: string): string[] {
  return text.match(/\b(maven|ivy)\s*(\{[^}]*\}|\([^)]*\))/g) ?? []
}

type BuildFacts = Pick<EcosystemFacts, 'buildSystem' | 'packages' | 'tools' | 'install' | 'checks' | 'targetedTest'>

export function gradleFacts(project: GradleProject, files: string[]): BuildFacts {
  const tests = files.filter(isTestClass)
  return {
    buildSystem: 'Gradle',
    packages: project.projects.map(({ name, folder }) => ({ name, folder })),
    tools: ['javac', ...(project.wrapper ? [] : ['gradle'])],
    install: installOf(project),
    checks: tests.length === 0 ? [] : [gradleCheck(project, 'test')],
    targetedTest: (paths) => targetedTest(project, paths),
  }
}

/** No daemon: it would outlive the command, and the sandbox with it. */
function gradleCheck(project: GradleProject, tasks: string): CheckCommand {
  return {
    name: 'test',
    before: javaHome,
    id: project.folder === '.' ? 'test' : `test:${project.folder}`,
    line: `${program(project)} --offline --no-daemon --console=plain ${tasks}`,
    cwd: project.folder,
    required: true,
    from: project.from,
    certainty: 'likely',
    report: 'gradle',
  }
}

function program({ wrapper }: GradleProject): string {
  return wrapper ? 'sh ./gradlew' : 'gradle'
}

function targetedTest(project: GradleProject, paths: string[]): CheckCommand | undefined {
  const byTask = new Map<string, string[]>()
  for (const path of paths) {
    const name = unitTestClass(path)
    if (name === undefined) return undefined
    const folder = moduleOf(
      path,
      project.projects.map((one) => one.folder),
    )
    const module = project.projects.find((one) => one.folder === folder)?.path ?? ':'
    const task = module === ':' ? ':test' : `${module}:test`
    byTask.set(task, [...(byTask.get(task) ?? []), `--tests ${quoteWord(name.replaceAll('/', '.'))}`])
  }
  const tasks = [...byTask].map(([task, filters]) => [quoteWord(task), ...filters].join(' '))
  const check = gradleCheck(project, tasks.join(' '))
  return { ...check, id: check.id.replace(/^test/, 'targeted') }
}

/** What Gradle asks for only when it runs the tests is resolved as well: its own task list has nothing for that. */
const resolveScript = `allprojects {
  task draftsmithResolve {
    doLast {
      configurations.findAll { it.canBeResolved }.each { each ->
        each.incoming.artifactView { view -> view.lenient(true) }.files.files
      }
    }
  }
}`

function installOf(project: GradleProject): EcosystemFacts['install'] {
  return {
    before: `${javaNetwork}\ncat > "$HOME/resolve.gradle" <<'END'\n${resolveScript}\nEND`,
    line: `${program(project)} --no-daemon --console=plain --continue -Dorg.gradle.configuration-cache=false --init-script "$HOME/resolve.gradle" draftsmithResolve testClasses`,
    cwd: project.folder,
    from: project.from,
    allowedHosts: project.hosts,
    certainty: 'certain',
    required: true,
  }
}
