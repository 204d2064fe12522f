// Maven: pom.xml, its modules, and the commands that build and test them.
import { posix } from 'node:path'
import { hostsIn, isTestClass, javaHome, javaNetwork, moduleOf, unitTestClass } from './jvm-sources.ts'
import { outermostFolders } from './outermost-folders.ts'
import { quoteWord } from './shell-words.ts'
import type { CheckCommand, EcosystemFacts, ReadFile, WorkspacePackage } from './toolchain.ts'

export interface MavenProject {
  /** `.` for the root. */
  folder: string
  /** The project itself first. */
  modules: WorkspacePackage[]
  /** `mvnw` is committed. */
  wrapper: boolean
  /** Of package registries, beside Maven Central. */
  hosts: string[]
}

const maxModules = 200

export async function readMavenProjects(files: string[], read: ReadFile): Promise<MavenProject[]> {
  // Poms below `src` are resources: of plugins' tests, of archetypes.
  const poms = files.filter((path) => /(^|\/)pom\.xml$/.test(path) && !/(^|\/)(src|target)\//.test(path))
  return Promise.all(
    outermostFolders(poms).map(async (folder) => {
      const texts = new Map<string, string>()
      const modules = await readModules(folder, read, texts)
      const wrapper = files.includes(posix.join(folder, 'mvnw'))
      const properties = posix.join(folder, '.mvn/wrapper/maven-wrapper.properties')
      const fetched = wrapper ? ((await read(properties)) ?? '').replaceAll('\\:', ':') : ''
      return { folder, modules, wrapper, hosts: hostsIn([...repositories(texts), fetched], ['repo.maven.apache.org']) }
    }),
  )
}

/** A module is named by its folder or by its pom; a profile's modules count, too. */
async function readModules(folder: string, read: ReadFile, texts: Map<string, string>): Promise<WorkspacePackage[]> {
  if (texts.size >= maxModules || texts.has(folder)) return []
  const pom = await read(posix.join(folder, 'pom.xml'))
  if (pom === undefined) return []
  const text = pom.replace(/<!--[\s\S]*?-->/g, '')
  texts.set(folder, text)
  const own = text.replace(/<(parent|dependencies|dependencyManagement|build|profiles)>[\s\S]*?<\/\1>/g, '')
  const name = /<artifactId>\s*([^<\s]+)\s*</.exec(own)?.[1] ?? posix.basename(folder)
  const found: WorkspacePackage[] = [{ name, folder }]
  for (const [, module = ''] of text.matchAll(/<module>\s*([^<\s]+)\s*</g)) {
    const below = posix.join(folder, module.replace(/(^|\/)pom\.xml$/, ''))
    if (!below.startsWith('..')) found.push(...(await readModules(below, read, texts)))
  }
  return found
}

function repositories(texts: Map<string, string>): string[] {
  return [...texts.values()].flatMap((text) => text.match(/<(pluginR|r)epository>[\s\S]*?<\/\1epository>/g) ?? [])
}

type BuildFacts = Pick<EcosystemFacts, 'buildSystem' | 'packages' | 'tools' | 'install' | 'checks' | 'targetedTest'>

export function mavenFacts(project: MavenProject, files: string[]): BuildFacts {
  const tests = files.filter(isTestClass)
  const all = mavenCheck(project, 'test', tests.length > 0 ? 'likely' : 'guessed')
  return {
    buildSystem: 'Maven',
    packages: project.modules,
    tools: ['javac', ...(project.wrapper ? [] : ['mvn'])],
    install: installOf(project, tests),
    checks: tests.length === 0 ? [] : [all],
    targetedTest: (paths) => targetedTest(project, paths),
  }
}

function program({ wrapper }: MavenProject): string {
  return wrapper ? 'sh ./mvnw' : 'mvn'
}

function mavenCheck(project: MavenProject, goals: string, certainty: CheckCommand['certainty']): CheckCommand {
  return {
    name: 'test',
    before: javaHome,
    id: project.folder === '.' ? 'test' : `test:${project.folder}`,
    line: `${program(project)} --offline --batch-mode ${goals}`,
    cwd: project.folder,
    required: true,
    from: posix.join(project.folder, 'pom.xml'),
    certainty,
    report: 'surefire',
  }
}

/** By class, in the modules that they lie in, and what those need; other modules of the reactor then have no test to run. */
function targetedTest(project: MavenProject, paths: string[]): CheckCommand | undefined {
  const classes = paths.map(unitTestClass)
  if (!classes.every((one) => one !== undefined)) return undefined
  const folders = project.modules.map(({ folder }) => folder)
  const modules = [...new Set(paths.map((path) => posix.relative(project.folder, moduleOf(path, folders))))]
  const inModules = modules.includes('') ? '' : `--projects ${modules.map(quoteWord).join(',')} --also-make `
  const check = mavenCheck(project, `${inModules}${someTests(classes)} test`, 'likely')
  return { ...check, id: check.id.replace(/^test/, 'targeted') }
}

/** Both names of the switch: it was renamed in surefire 3.0.0-M8. */
function someTests(classes: string[]): string {
  const listed = classes.map((one) => `${one}*`).join(',')
  return `${quoteWord(`-Dtest=${listed}`)} -DfailIfNoTests=false -Dsurefire.failIfNoSpecifiedTests=false`
}

/**
 * Surefire fetches the runner of a module's tests when it has one to run, so one test a module is run while the network is
 * open. What that says does not count: the checks come later.
 */
function installOf(project: MavenProject, tests: string[]): EcosystemFacts['install'] {
  const folders = project.modules.map(({ folder }) => folder)
  const first = new Map(tests.toReversed().map((path) => [moduleOf(path, folders), unitTestClass(path)]))
  const classes = [...first.values()].filter((one) => one !== undefined).sort()
  const goals = classes.length === 0 ? 'test-compile' : `-Dmaven.test.failure.ignore=true ${someTests(classes)} test`
  return {
    before: javaNetwork,
    line: `${program(project)} --batch-mode --no-transfer-progress ${goals}`,
    cwd: project.folder,
    from: posix.join(project.folder, 'pom.xml'),
    allowedHosts: project.hosts,
    certainty: 'certain',
    required: true,
  }
}
