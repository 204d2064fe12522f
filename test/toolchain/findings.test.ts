import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { newFindings, readFindings } from '../../src/toolchain/findings.ts'

/** What a real program printed. */
function captured(name: string): { output: string; places: { root: string; home: string; cwd: string } } {
  const { output, root } = JSON.parse(
    readFileSync(new URL(`./fixtures/findings/${name}.json`, import.meta.url), 'utf8'),
  ) as { output: string; root: string }
  return { output, places: { root, home: '', cwd: '.' } }
}

function findings(name: string): string[] | undefined {
  const { output, places } = captured(name)
  return readFindings(output, places)
}

const ofTypes = [
  "src/types.ts: error TS2322: Type 'number' is not assignable to type 'string'.",
  "src/types.ts: error TS2339: Property 'nope' does not exist on type 'number'.",
]

test.each<[string, string[]]>([
  [
    'eslint-10.15.0',
    [
      "src/names.js: error 'last' is defined but never used no-unused-vars",
      "src/names.js: error 'spare' is assigned a value but never used no-unused-vars",
      "src/total.js: error 'first' is assigned a value but never used no-unused-vars",
      "src/total.js: error 'again' is assigned a value but never used no-unused-vars",
      "src/total.js: warning Expected '===' and instead saw '==' eqeqeq",
    ],
  ],
  [
    'biome-2.6.8',
    [
      'src/names.js: lint/correctness/noUnusedFunctionParameters This parameter last is unused.',
      'src/names.js: lint/correctness/noUnusedVariables This variable spare is unused.',
      'src/total.js: lint/correctness/noUnusedVariables This variable first is unused.',
      'src/total.js: lint/correctness/noUnusedVariables This variable again is unused.',
    ],
  ],
  ['tsc-7.0.2', ofTypes],
  ['tsc-pretty-7.0.2', ofTypes],
  ['go-vet-1.19.8', ['pkg/a.go: fmt.Printf format %d has arg "x" of wrong type string']],
  ['cargo-check-1.95.0', ['src/main.rs: error[E0308]: mismatched types']],
  [
    'dotnet-build-3.1.102',
    [
      "src/Shop/Money.cs: error CS0103: The name 'nothing' does not exist in the current context [src/Shop/Shop.csproj]",
      "src/Shop/Money.cs: warning CS0219: The variable 'unused' is assigned but its value is never used [src/Shop/Shop.csproj]",
      "src/Shop/Money.cs: warning CS0219: The variable 'none' is assigned but its value is never used [src/Shop/Shop.csproj]",
      "src/Tool/Tool.csproj: error CS5001: Program does not contain a static 'Main' method suitable for an entry point",
    ],
  ],
  [
    'dotnet-restore-missing-3.1.102',
    [
      'tests/Web.Tests/Web.Tests.csproj: error NU1101: Unable to find package xunit. No packages exist with this id in source(s): local',
    ],
  ],
  [
    'dotnet-restore-offline-3.1.102',
    [
      '/opt/dotnet/sdk/3.1.102/NuGet.targets: error : Unable to load the service index for source https://api.nuget.org/v3/index.json. [Shop.sln]',
      '/opt/dotnet/sdk/3.1.102/NuGet.targets: error : Resource temporarily unavailable [Shop.sln]',
    ],
  ],
  [
    'dotnet-build-unrestored-3.1.102',
    ['src/Shop', 'tests/Shop.Tests', 'tests/Web.Tests'].map(
      (folder) =>
        `/opt/dotnet/sdk/3.1.102/Sdks/Microsoft.NET.Sdk/targets/Microsoft.PackageDependencyResolution.targets: error NETSDK1004: Assets file '${folder}/obj/project.assets.json' not found. Run a NuGet package restore to generate this file. [${folder}/${folder.split('/').at(-1)}.csproj]`,
    ),
  ],
  ['prettier-3.10.1', ['src/names.js', 'src/total.js', 'src/types.ts']],
])('what %s found is told by file and message', (name, found) => {
  expect(findings(name)).toEqual(found)
})

test('what was found before is still the same a few lines below, and one more of a kind is new', () => {
  const { output, places } = captured('eslint-10.15.0')
  const moved = output.replace('  4:16', '  9:1 ')
  expect(newFindings(findings('eslint-10.15.0') ?? [], readFindings(moved, places) ?? [])).toEqual([])
  const again = output.replace(/^ {2}4:16.*$/m, (line) => `${line}\n${line.replace('4:16', '5:16')}`)
  expect(newFindings(findings('eslint-10.15.0') ?? [], readFindings(again, places) ?? [])).toEqual([
    "src/total.js: warning Expected '===' and instead saw '==' eqeqeq (2)",
  ])
})

test('what shows only a part, or no place, says nothing', () => {
  const { output, places } = captured('biome-2.6.8')
  expect(readFindings(`${output}\nDiagnostics not shown: 3.\n`, places)).toBeUndefined()
  expect(readFindings('lint failed\n3 problems\n', places)).toBeUndefined()
})

test.each([
  ['blanks', `${' '.repeat(300_000)}x`],
  ['dots', 'a.'.repeat(100_000)],
  ['brackets', `a${'('.repeat(200_000)}`],
  ['findings', 'src/a.js:1:2: x ━\n'.repeat(20_000)],
])('many %s take no time', (_, output) => {
  expect(readFindings(output, captured('tsc-7.0.2').places)).toBeUndefined()
})

test('what is wrong with a project that is built several times is told of the project', () => {
  const { output, places } = captured('dotnet-build-3.1.102')
  const twice = output.replaceAll('.csproj]', '.csproj::TargetFramework=netcoreapp3.1]')
  expect(readFindings(twice, places)).toContainEqual(expect.stringMatching(/^src\/Tool\/Tool.csproj: error CS5001/))
})
