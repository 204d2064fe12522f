import { describe, expect, test } from 'vitest'
import { targetedChecks } from '../../src/toolchain/commands.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { readerOf } from './support/session.ts'

const detect = (files: Record<string, string>) => detectToolchain(Object.keys(files), readerOf(files))
const tests = { 'core/src/test/java/shop/CoreTest.java': '', 'web/api/src/test/kotlin/web/ApiTest.kt': '' }

describe('Gradle', () => {
  const files = {
    ...tests,
    gradlew: '',
    'settings.gradle.kts': `rootProject.name = "shop"
// include("gone")
include("core", ":web:api")
project(":web:api").projectDir = file("web/api")
`,
    'build.gradle.kts': 'repositories { maven { url = uri("https://maven.example.org/releases") } }\n',
    'core/build.gradle.kts': '',
    'web/api/build.gradle.kts': '',
    'buildSrc/build.gradle.kts': '',
  }

  test('is told by its settings, with the projects that they include', async () => {
    const { ecosystems, installs } = await detect(files)
    expect(ecosystems).toHaveLength(1)
    expect(ecosystems[0]).toMatchObject({ buildSystem: 'Gradle', tools: ['javac'] })
    expect(ecosystems[0]?.packages).toEqual([
      { name: 'shop', folder: '.' },
      { name: 'core', folder: 'core' },
      { name: 'api', folder: 'web/api' },
    ])
    expect(installs[0]?.allowedHosts).toContain('maven.example.org')
    expect(installs[0]?.allowedHosts).toContain('services.gradle.org')
  })

  test('runs some tests by project and class', async () => {
    const [check] = targetedChecks(await detect(files), Object.keys(tests))
    expect(check?.line).toBe(
      'sh ./gradlew --offline --no-daemon --console=plain :core:test --tests shop.CoreTest :web:api:test --tests web.ApiTest',
    )
  })
})

describe('Maven', () => {
  const module = (name: string, more = '') =>
    `<project><parent><artifactId>all</artifactId></parent><artifactId>${name}</artifactId>${more}</project>`
  const files = {
    ...tests,
    mvnw: '',
    '.mvn/wrapper/maven-wrapper.properties': 'distributionUrl=https\\://dist.example.org/maven.zip\n',
    'pom.xml': `<project><artifactId>all</artifactId>
      <modules><module>core</module><!-- <module>gone</module> --><module>web</module></modules>
      <url>https://home.example.org</url>
      <repositories><repository><url>https://repo.example.org/maven</url></repository></repositories></project>`,
    'core/pom.xml': module('shop-core'),
    'web/pom.xml': module('web', '<modules><module>api</module></modules>'),
    'web/api/pom.xml': module('web-api'),
    'core/src/test/resources/sample/pom.xml': module('sample'),
  }

  test('is told by its pom, with its modules in their own modules, and the hosts that it fetches from', async () => {
    const { ecosystems, installs } = await detect(files)
    expect(ecosystems).toHaveLength(1)
    expect(ecosystems[0]?.packages.map(({ name, folder }) => `${name} ${folder}`)).toEqual([
      'all .',
      'shop-core core',
      'web web',
      'web-api web/api',
    ])
    expect(installs[0]?.allowedHosts).toEqual(['dist.example.org', 'repo.example.org', 'repo.maven.apache.org'])
  })

  test('fetches the runner of every module by one test of each', async () => {
    const { installs } = await detect(files)
    expect(installs[0]?.line).toContain("'-Dtest=shop/CoreTest*,web/ApiTest*'")
  })

  test('besides Gradle is used, unless only Gradle has its wrapper', async () => {
    const both = { 'pom.xml': module('a'), 'build.gradle': '', 'src/test/java/ATest.java': '' }
    const [maven] = (await detect(both)).ecosystems
    expect(maven).toMatchObject({ buildSystem: 'Maven', notes: ['There is a Gradle build besides; Maven is used.'] })
    const [gradle] = (await detect({ ...both, gradlew: '' })).ecosystems
    expect(gradle).toMatchObject({ buildSystem: 'Gradle', notes: ['There is a pom.xml besides; Gradle is used.'] })
  })
})

describe('Ruby', () => {
  const gemfile = `source 'https://gems.example.org'
gem 'a', :git => "https://git.example.org/#{name}.git"
# gem 'b', git: 'https://commented.example.org'
gem 'c', github: 'c/c'
`

  test('gems are fetched from where the Gemfile says', async () => {
    const { installs } = await detect({ Gemfile: gemfile, 'Gemfile.lock': '', 'spec/a_spec.rb': '' })
    expect(installs).toMatchObject([{ line: 'bundle install', from: 'Gemfile.lock', certainty: 'certain' }])
    expect(installs[0]?.allowedHosts).toEqual([
      'gems.example.org',
      'git.example.org',
      'github.com',
      'index.rubygems.org',
      'rubygems.org',
    ])
  })

  test('a library for tests is no test', async () => {
    const { ecosystems } = await detect({ Gemfile: gemfile, 'lib/rack/test/utils.rb': '', 'test/utils_test.rb': '' })
    expect(ecosystems[0]?.isTest('lib/rack/test/utils.rb')).toBe(false)
    expect(ecosystems[0]?.isTest('test/utils_test.rb')).toBe(true)
  })

  test.each([
    [
      'Rails',
      { 'bin/rails': '', Gemfile: gemfile, 'test/a_test.rb': '' },
      'bin/rails test',
      'bin/rails test test/a_test.rb',
    ],
    ['RSpec', { Gemfile: gemfile, 'spec/a_spec.rb': '' }, 'bundle exec rspec', 'bundle exec rspec spec/a_spec.rb'],
  ])('%s has its own commands', async (_, files: Record<string, string>, all, some) => {
    const snapshot = await detect(files)
    expect(snapshot.checks.find(({ name }) => name === 'test')?.line).toBe(all)
    expect(
      targetedChecks(
        snapshot,
        Object.keys(files).filter((path) => /_(spec|test)\.rb$/.test(path)),
      )[0]?.line,
    ).toBe(some)
  })
})

describe('PHP', () => {
  const composer = (more: object) => ({ 'composer.json': JSON.stringify(more), 'tests/ATest.php': '' })
  const test_ = async (more: object) => (await detect(composer(more))).checks.filter(({ name }) => name === 'test')

  test.each([
    [{ 'require-dev': { 'phpunit/phpunit': '^11' } }, 'vendor/bin/phpunit', 'likely'],
    [{ 'require-dev': { 'pestphp/pest': '^3' } }, 'vendor/bin/pest', 'likely'],
    [
      { scripts: { test: 'phpunit --colors' }, 'require-dev': { 'phpunit/phpunit': '^11' } },
      'composer test',
      'certain',
    ],
    [
      { scripts: { test: ['@lint', 'phpunit'] }, 'require-dev': { 'phpunit/phpunit': '^11' } },
      'vendor/bin/phpunit',
      'likely',
    ],
  ])('%j runs %s', async (manifest, line, certainty) => {
    expect(await test_(manifest)).toMatchObject([{ line, certainty, report: 'phpunit-junit' }])
  })
})
