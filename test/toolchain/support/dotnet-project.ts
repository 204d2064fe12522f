import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const sources = fileURLToPath(new URL('../fixtures/dotnet-runner', import.meta.url))

/** The test framework of `fixtures/dotnet-runner`, built by the SDK on PATH. No package is fetched. */
export async function buildDotnetRunner(): Promise<AsyncDisposable & { folder: string }> {
  const place = await mkdtemp(join(tmpdir(), 'draftsmith-dotnet-'))
  const folder = join(place, 'out')
  await cp(sources, place, { recursive: true })
  await mkdir(join(place, 'home'))
  // Else compiler and build go on as processes of their own, and the SDK writes into the home of whoever runs the tests.
  const alone = { MSBUILDDISABLENODEREUSE: '1', UseSharedCompilation: 'false', DOTNET_CLI_TELEMETRY_OPTOUT: '1' }
  const env = { ...process.env, ...alone, HOME: join(place, 'home') }
  // One after the other: they share the folder.
  for (const project of ['host', 'adapter'])
    await promisify(execFile)('dotnet', ['build', join(place, project), '--output', folder], { env })
  return { folder, [Symbol.asyncDispose]: () => rm(place, { recursive: true, force: true }) }
}

const framework = '<TargetFramework>netcoreapp$(BundledNETCoreAppTargetFrameworkVersion)</TargetFramework>'

/** A library at the root with tests below; `RUNNER`, of the environment, is where the framework lies. */
export const dotnetFiles: Record<string, string> = {
  'Sums.csproj': `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>${framework}</PropertyGroup>
  <ItemGroup><Compile Remove="tests/**" /></ItemGroup>
</Project>
`,
  'Sums.cs': 'public static class Sums { public static int Add(int a, int b) => a - b; }\n',
  'tests/Sums.Tests.csproj': `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    ${framework}
    <IsTestProject>true</IsTestProject>
    <GenerateRuntimeConfigurationFiles>true</GenerateRuntimeConfigurationFiles>
  </PropertyGroup>
  <ItemGroup>
    <ProjectReference Include="../Sums.csproj" />
    <Reference Include="$(RUNNER)/*.dll" />
  </ItemGroup>
</Project>
`,
  'tests/SumsTests.cs': `using Small;

public class SumsTests
{
    [Test]
    public void Holds() => Assert.Equal(1, Sums.Add(1, 0));

    [Test(Skip = "not yet")]
    public void Waits() { }

    [Test]
    public void Adds()
    {
        Assert.Equal(2, Sums.Add(1, 1));
    }
}
`,
  'tests/NamesTests.cs': `using Small;

public class NamesTests
{
    [Test]
    public void IsNamed() => Assert.Equal("Sums", nameof(Sums));
}
`,
}
