// Where no SDK of .NET is at hand, a program stands in for it with what a real one reported; where one is, it runs at the end.
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { formatCommands, isGeneratedFile, isTestFile, targetedChecks } from '../../src/toolchain/commands.ts'
import { detectToolchain } from '../../src/toolchain/detect.ts'
import { reportOf } from '../../src/toolchain/report-of-command.ts'
import { runChecks } from '../../src/toolchain/run-checks.ts'
import { ecosystemContract } from '../contract/ecosystem.ts'
import { findProgram } from '../support/system.ts'
import { captured } from './support/captured.ts'
import { buildDotnetRunner, dotnetFiles } from './support/dotnet-project.ts'
import { openRepository, readerOf, withoutLogs } from './support/session.ts'

const project = (inside = '') => `<Project Sdk="Microsoft.NET.Sdk">${inside}</Project>`
const needs = (path: string) => `<ItemGroup><ProjectReference Include="${path}" /></ItemGroup>`
const testSdk = '<ItemGroup><PackageReference Include="Microsoft.NET.Test.Sdk" Version="17.11.0" /></ItemGroup>'
const solution = (...paths: string[]) =>
  paths.map((path, at) => `Project("{FAE04EC0}") = "P${at}", "${path}", "{${at}}"\r\nEndProject\r\n`).join('')

const shop: Record<string, string> = {
  'Shop.sln': solution('src\\Shop\\Shop.csproj', 'tests\\Shop.Tests\\Shop.Tests.csproj'),
  'src/Shop/Shop.csproj': project(),
  'src/Shop/Money.cs': '',
  'tests/Shop.Tests/Shop.Tests.csproj': project(testSdk + needs('..\\..\\src\\Shop\\Shop.csproj')),
  'tests/Shop.Tests/MoneyTests.cs': '',
  'tests/Shop.Tests/MoneyTests.Rounding.cs': '',
  'tests/Shop.Tests/Samples.cs': '',
}

const detect = (files: Record<string, string>) => detectToolchain(Object.keys(files).sort(), readerOf(files))
const lines = async (files: Record<string, string>) =>
  (await detect(files)).checks.map(({ id, cwd, line }) => `${id} | ${cwd} | ${line}`)

describe('a solution', () => {
  it('is restored, built and tested as a whole, with its projects as packages', async () => {
    const { ecosystems, checks, installs } = await detect(shop)
    expect(ecosystems).toMatchObject([
      {
        ...{ name: 'dotnet', language: 'C#', buildSystem: '.NET', root: '.', tools: ['dotnet'], notes: [] },
        packages: [
          { name: 'Shop', folder: 'src/Shop' },
          { name: 'Shop.Tests', folder: 'tests/Shop.Tests' },
        ],
      },
    ])
    expect(installs).toMatchObject([
      { line: 'dotnet restore Shop.sln', cwd: '.', from: 'Shop.sln', allowedHosts: ['api.nuget.org'] },
    ])
    expect(checks.map(({ id, line, report }) => [id, line, report])).toEqual([
      ['typecheck', 'dotnet build Shop.sln --no-restore --verbosity quiet -consoleLoggerParameters:NoSummary', 'text'],
      ['test', 'dotnet test Shop.sln --no-restore', 'trx'],
    ])
    expect(checks[1]?.env).toMatchObject({ DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' })
  })

  it('tells tests from sources, and what is built from both', async () => {
    const snapshot = await detect(shop)
    const tests = Object.keys(shop).filter((path) => isTestFile(snapshot, path))
    expect(tests).toEqual(Object.keys(shop).filter((path) => /^tests\/.*\.cs$/.test(path)))
    const built = ['src/Shop/obj/Debug/Shop.AssemblyInfo.cs', 'src/Shop/bin/Debug/Shop.dll', 'Form.Designer.cs']
    for (const path of built) expect([path, isGeneratedFile(snapshot, path)]).toEqual([path, true])
    expect(isGeneratedFile(snapshot, 'src/Shop/Money.cs')).toBe(false)
  })

  it('runs some tests in their project by their classes; a file that is not named like tests waits for all', async () => {
    const snapshot = await detect(shop)
    const some = targetedChecks(
      snapshot,
      Object.keys(shop).filter((path) => isTestFile(snapshot, path)),
    )
    expect(some).toMatchObject([
      {
        cwd: 'tests/Shop.Tests',
        line: "dotnet test Shop.Tests.csproj --no-restore --filter 'FullyQualifiedName~MoneyTests'",
        report: 'trx',
      },
    ])
    const two = { ...shop, 'tests/Shop.Tests/CartTests.cs': '' }
    const paths = ['tests/Shop.Tests/MoneyTests.cs', 'tests/Shop.Tests/CartTests.cs']
    expect(targetedChecks(await detect(two), paths)[0]?.line).toContain(
      "--filter 'FullyQualifiedName~CartTests|FullyQualifiedName~MoneyTests'",
    )
    expect(targetedChecks(snapshot, ['tests/Shop.Tests/Samples.cs'])).toEqual([])
  })

  it('in a folder beside its projects stands for the folder around both', async () => {
    const { 'Shop.sln': _, ...rest } = shop
    const beside = { ...rest, 'build/Shop.slnx': '<Solution><Project Path="../src/Shop/Shop.csproj" /></Solution>' }
    const both = beside['build/Shop.slnx'].replace(
      '</Solution>',
      '<Project Path="../tests/Shop.Tests/Shop.Tests.csproj" /></Solution>',
    )
    expect(await lines({ ...beside, 'build/Shop.slnx': both })).toContain(
      'test | . | dotnet test build/Shop.slnx --no-restore',
    )
  })

  it('is locked where versions are, and fetches from where nuget.config says', async () => {
    const feed = '<configuration><packageSources><add key="a" value="https://nuget.example.org/v3/index.json" />'
    const { installs } = await detect({
      ...shop,
      'src/Shop/packages.lock.json': '{}',
      'nuget.config': `${feed}</packageSources></configuration>`,
    })
    expect(installs[0]?.line).toBe('dotnet restore Shop.sln --locked-mode')
    expect(installs[0]?.allowedHosts).toEqual(['api.nuget.org', 'nuget.example.org'])
  })

  it('is formatted only where an .editorconfig says how', async () => {
    expect(formatCommands(await detect(shop), ['src/Shop/Money.cs'])).toEqual([])
    const styled = { ...shop, '.editorconfig': '' }
    expect(await lines(styled)).toContain('format | . | dotnet format Shop.sln --no-restore --verify-no-changes')
    expect(formatCommands(await detect(styled), ['src/Shop/Money.cs'])).toEqual([
      { line: 'dotnet format Shop.sln --no-restore --include src/Shop/Money.cs', cwd: '.' },
    ])
  })

  it('that holds most projects is used of several', async () => {
    const files = { ...shop, 'All.sln': `${shop['Shop.sln']}${solution('tools\\Tool.csproj')}` }
    const snapshot = await detect({ ...files, 'tools/Tool.csproj': project() })
    expect(snapshot.checks.at(-1)?.line).toBe('dotnet test All.sln --no-restore')
    expect(snapshot.notes).toEqual(['Of several solutions All.sln is used: it holds most projects.'])
  })
})

describe('projects without a solution', () => {
  it('are built by what needs them, each test project for itself', async () => {
    const { 'Shop.sln': _, ...rest } = shop
    expect(await lines(rest)).toContain('test | . | dotnet test tests/Shop.Tests/Shop.Tests.csproj --no-restore')
    const two = { ...rest, 'tests/Web.Tests/Web.Tests.fsproj': rest['tests/Shop.Tests/Shop.Tests.csproj'] ?? '' }
    expect((await detect(two)).checks.map(({ id }) => id)).toEqual([
      'typecheck:tests/Shop.Tests/Shop.Tests.csproj',
      'typecheck:tests/Web.Tests/Web.Tests.fsproj',
      'test:tests/Shop.Tests/Shop.Tests.csproj',
      'test:tests/Web.Tests/Web.Tests.fsproj',
    ])
  })

  it('of the .NET Framework are not built, nor are those below bin and templates', async () => {
    const old = '<Project ToolsVersion="15.0" xmlns="http://schemas.microsoft.com/developer/msbuild/2003"></Project>'
    const { ecosystems } = await detect({
      'Old.csproj': old,
      'bin/A.csproj': project(),
      'templates/B/B.csproj': project(),
    })
    expect(ecosystems).toEqual([])
  })

  it('are read to their end where they need each other, and when they lead out of the repository', async () => {
    const files = { 'a/A.csproj': project(needs('../b/B.csproj')), 'b/BTests.csproj': project(needs('../a/A.csproj')) }
    const circle = {
      'a/A.csproj': project(needs('../b/B.Tests.csproj')),
      'b/B.Tests.csproj': project(needs('../a/A.csproj')),
    }
    const out = { 'A.Tests.csproj': project(needs('..\\..\\other\\Other.csproj')) }
    for (const one of [files, circle, out]) expect((await detect(one)).ecosystems).toHaveLength(1)
  })
})

it.each([
  ['global.json', '{ "test": { "runner": "Microsoft.Testing.Platform" } }'],
  ['Directory.Build.props', '<TestingPlatformDotnetTestSupport>true</TestingPlatformDotnetTestSupport>'],
  [
    'tests/Shop.Tests/Shop.Tests.csproj',
    project(`${testSdk}<ItemGroup><PackageReference Include="TUnit" /></ItemGroup>`),
  ],
])('tests that run on another platform, as %s says, are judged by the exit code alone', async (path, text) => {
  const snapshot = await detect({ ...shop, [path]: text })
  expect(snapshot.checks.find(({ name }) => name === 'test')).toMatchObject({ report: 'text' })
  expect(targetedChecks(snapshot, ['tests/Shop.Tests/MoneyTests.cs'])).toEqual([])
})

it.each([
  ['dotnet test', 'trx'],
  ['dotnet restore && dotnet test src --configuration Release', 'trx'],
  ['dotnet test --logger "console;verbosity=detailed"', 'text'],
  ['dotnet test -- RunConfiguration.TestSessionTimeout=1', 'text'],
  ['dotnet tester', 'text'],
])('a command of the policy, %s, is read as %s', (command, report) => {
  expect(reportOf(command, {}).report).toBe(report)
})

describe('the test check as it is run', () => {
  /** Of the two projects of a captured run. */
  const reportsOf = (name: string) =>
    captured(name)
      .report.split(/^report: .*\n(?=\uFEFF)/m)
      .slice(1)
  const several = reportsOf('dotnet-test-3.1.102')
  const passing = several.filter((text) => text.includes('PageTests'))

  /** Writes the reports where it is told to, as `dotnet test` does for each project, prints, and ends. */
  async function run(program: { reports: string[]; prints?: string; exitCode: number }) {
    const { reports, prints = '', exitCode } = program
    await using repository = await openRepository(shop)
    const folder = join(repository.tree, 'node_modules/.bin')
    await mkdir(folder, { recursive: true })
    const script = [
      '#!/bin/sh',
      `printf '%s\\n' ${JSON.stringify(prints)}`,
      'while [ $# -gt 0 ]; do [ "$1" != --results-directory ] || results=$2; shift; done',
      ...(reports.length === 0 ? [] : ['[ -n "$results" ] || exit 9', 'mkdir -p "$results"']),
      ...reports.map((text, at) => `cat > "$results/tests_net8.0_${at}.trx" <<'END'\n${text}\nEND`),
      `exit ${exitCode}`,
    ]
    await writeFile(join(folder, 'dotnet'), script.join('\n'))
    await chmod(join(folder, 'dotnet'), 0o755)
    const { checks } = await detect(shop)
    const tests = checks.filter(({ name }) => name === 'test')
    const [result] = await runChecks({ ...repository, checks: tests, logs: withoutLogs })
    return result
  }

  it('gathers the reports of all projects, with the files that classes lie in, and fails when one test of one fails, whatever the exit code says', async () => {
    for (const exitCode of [0, 1]) {
      const result = await run({ reports: several, exitCode })
      expect(result).toMatchObject({ passed: false, exitCode, line: 'dotnet test Shop.sln --no-restore' })
      expect(result?.tests).toHaveLength(13)
      const file = 'tests/Shop.Tests/MoneyTests.cs'
      expect(result?.tests).toContainEqual({ name: 'Shop.Tests.MoneyTests > Holds', file, status: 'passed' })
      expect(result?.tests?.at(-1)).toMatchObject({ name: 'Web.Tests.PageTests > Shows', status: 'passed' })
      expect(result?.summary).toContain('FAILED Shop.Tests.MoneyTests > Parses')
    }
  })

  it('passes when all do', async () => {
    expect(await run({ reports: passing, exitCode: 0 })).toMatchObject({ passed: true, exitCode: 0 })
  })

  it('fails when the program does although no test failed, as when it reports and then dies', async () => {
    const result = await run({ reports: passing, exitCode: 1 })
    expect(result).toMatchObject({ passed: false })
    expect(result?.summary).toContain('No test failed, yet the command did.')
  })

  it('says where it is when nothing compiles', async () => {
    const { output: prints } = captured('dotnet-test-compile-error-3.1.102')
    const result = await run({ reports: [], prints, exitCode: 1 })
    expect(result).toMatchObject({ passed: false, exitCode: 1 })
    expect(result?.tests).toBeUndefined()
    expect(result?.summary).toContain("src/Shop/Money.cs(7,52): error CS1525: Invalid expression term ';'")
  })
})

// No package of Debian holds the SDK: where CI runs there is none.
if (findProgram('dotnet') === undefined) it.skip('dotnet test as an ecosystem [skipped, dotnet missing]', () => {})
else {
  const runner = await buildDotnetRunner()
  afterAll(() => runner[Symbol.asyncDispose]())
  ecosystemContract({
    name: 'dotnet',
    runner: 'dotnet test',
    programs: ['dotnet'],
    packageName: 'dotnet',
    files: dotnetFiles,
    test: {
      path: 'tests/SumsTests.cs',
      passes: 'SumsTests > Holds',
      fails: 'SumsTests > Adds',
      skipped: 'SumsTests > Waits',
      place: 'tests/SumsTests.cs:14',
      words: 'Actual:   0',
    },
    second: { path: 'tests/NamesTests.cs', passes: 'NamesTests > IsNamed' },
    mend: { 'Sums.cs': (dotnetFiles['Sums.cs'] ?? '').replace('-', '+') },
    breakage: { files: { 'Sums.cs': 'public static class Sums {' }, words: ['Sums.cs(1,', 'error CS1513'] },
    env: { RUNNER: runner.folder },
  })
}
