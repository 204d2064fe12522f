import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { targetedChecks } from '../../src/toolchain/commands.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { runChecks } from '../../src/toolchain/run-checks.ts'
import type { CheckCommand } from '../../src/toolchain/toolchain.ts'
import { ecosystemContract } from '../contract/ecosystem.ts'
import { requirePackage } from '../support/system.ts'
import {
  debianRepository,
  javaExpectations,
  javaSources,
  junit4,
  junit5,
  mavenOffline,
  pom,
  quick,
} from './support/jvm-project.ts'
import { openRepository, readerOf, withoutLogs } from './support/session.ts'

const nothing = async () => {}
/** The Java libraries of Debian have no program that could be looked for. */
const libraries = (path: string) => (existsSync(`${debianRepository}/${path}`) ? [] : [`${debianRepository}/${path}`])
const maven = {
  programs: ['mvn', 'javac', ...libraries('org/apache/maven/surefire/surefire-junit-platform')],
  packageName: 'maven maven-debian-helper libsurefire-java junit5 default-jdk-headless',
}

ecosystemContract({
  name: 'jvm',
  runner: 'Maven with surefire',
  ...maven,
  files: { 'pom.xml': pom('shop'), ...mavenOffline, ...javaSources(junit5) },
  ...javaExpectations,
  test: { ...javaExpectations.test, words: 'expected: <2> but was: <0>' },
  provide: nothing,
})

ecosystemContract({
  name: 'jvm',
  runner: 'Gradle',
  programs: ['gradle', 'javac', ...libraries('junit/junit/4.x')],
  packageName: 'gradle junit4 default-jdk-headless',
  files: {
    'settings.gradle': "rootProject.name = 'shop'\n",
    // As Gradle 4 has it.
    'build.gradle': `apply plugin: 'java'
repositories { maven { url 'file://${debianRepository}' } }
dependencies { testCompile 'junit:junit:4.x' }
test { jvmArgs ${quick
      .split(' ')
      .map((flag) => `'${flag}'`)
      .join(', ')} }
`,
    ...javaSources(junit4),
  },
  ...javaExpectations,
  test: { ...javaExpectations.test, words: 'expected:<2> but was:<0>' },
  env: { JAVA_OPTS: quick },
  provide: nothing,
})

it.each([
  ['pom.xml', 'MAVEN_OPTS'],
  ['build.gradle', 'GRADLE_OPTS'],
])(
  'programs of %s are told where their temporary folder is, which Java does not ask the environment for',
  async (file, variable) => {
    const files = { [file]: '', 'src/test/java/shop/SumsTest.java': '' }
    const { checks, installs } = await detectToolchain(Object.keys(files), readerOf(files))
    await using repository = await openRepository({})
    for (const { before = '' } of [...checks.filter(({ name }) => name === 'test'), ...installs]) {
      const { output } = await repository.session.run({ line: `${before}\necho "$${variable}"`, cwd: '.' })
      expect(output).toContain(`-Djava.io.tmpdir=${repository.home}/tmp `)
    }
    expect(checks).not.toHaveLength(0)
  },
)

const under = (folder: string, files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text] as const))
const parent = '<parent><groupId>shop</groupId><artifactId>all</artifactId><version>1</version></parent>'
const modules = {
  ...mavenOffline,
  'pom.xml': pom('all', '<packaging>pom</packaging><modules><module>core</module><module>web</module></modules>'),
  ...under('core', { 'pom.xml': pom('core', parent), ...javaSources(junit5) }),
  ...under('web', {
    'pom.xml': pom('web', parent).replace(
      '<dependencies>',
      '<dependencies><dependency><groupId>shop</groupId><artifactId>core</artifactId><version>1</version></dependency>',
    ),
    'src/test/java/shop/NamesTest.java': `package shop;

${junit5.imports}

public class NamesTest {
  @Test
  public void isNamed() { assertEquals(3, Sums.add(4, 1)); }
}
`,
  }),
}

requirePackage(maven.packageName, maven.programs)('a Maven project of two modules', () => {
  async function run(choose: (checks: CheckCommand[], all: Record<string, string>) => Promise<CheckCommand[]>) {
    const snapshot = await detectToolchain(Object.keys(modules), readerOf(modules))
    await using repository = await openRepository(modules)
    const checks = await choose(snapshot.checks, modules)
    const [result] = await runChecks({ ...repository, checks, logs: withoutLogs })
    return { snapshot, result }
  }

  it('is tested to its end although a module fails that others need, and classes of one name stay apart', async () => {
    const { snapshot, result } = await run(async (checks) => checks)
    expect(snapshot.ecosystems[0]?.packages).toEqual([
      { name: 'all', folder: '.' },
      { name: 'core', folder: 'core' },
      { name: 'web', folder: 'web' },
    ])
    expect(result).toMatchObject({ passed: false, exitCode: 1 })
    expect(result?.tests?.map(({ name, status }) => `${status} ${name}`).sort()).toEqual([
      'failed core/src/test/java/shop/SumsTest.java > adds',
      'passed core/src/test/java/shop/NamesTest.java > isNamed',
      'passed core/src/test/java/shop/SumsTest.java > holds',
      'passed web/src/test/java/shop/NamesTest.java > isNamed',
      'skipped core/src/test/java/shop/SumsTest.java > waits',
    ])
  })

  it('runs some tests in their module, with what it needs', async () => {
    const { result } = await run(async () => {
      const snapshot = await detectToolchain(Object.keys(modules), readerOf(modules))
      return targetedChecks(snapshot, ['web/src/test/java/shop/NamesTest.java'])
    })
    expect(result?.line).toContain('--projects web --also-make')
    expect(result?.passed).toBe(true)
    expect(result?.tests?.map(({ name }) => name)).toContain('web/src/test/java/shop/NamesTest.java > isNamed')
    expect(result?.tests?.every(({ status }) => status === 'passed')).toBe(true)
  })
})
