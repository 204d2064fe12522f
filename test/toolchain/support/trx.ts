// Reports in the shape that `dotnet test` writes with its logger `trx`. They are made here, not captured: no SDK runs in the tests.

export interface TrxTest {
  /** As the runner shows it: `Shop.Tests.MoneyTests.Adds(a: 1)` of xUnit, `Adds(1)` of NUnit. */
  testName: string
  className?: string
  /** Left out where undefined, as a runner does that died. */
  outcome?: string | undefined
  message?: string
  trace?: string
  printed?: string
  /** False: no definition stands for it. */
  defined?: boolean
}

export function trx(assembly: string, tests: TrxTest[]): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<TestRun id="1" name="run" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
  <Results>
${tests.map(result).join('\n')}
  </Results>
  <TestDefinitions>
${tests.map((one, index) => definition(one, index, assembly)).join('\n')}
  </TestDefinitions>
  <ResultSummary outcome="Failed"><Output><StdOut>Starting: Shop.Tests</StdOut></Output></ResultSummary>
</TestRun>`
}

function result({ testName, outcome, message, trace, printed }: TrxTest, index: number): string {
  const told = outcome === undefined ? '' : ` outcome="${outcome}"`
  const head = `    <UnitTestResult executionId="e${index}" testId="t${index}" testName="${escaped(testName)}" duration="00:00:00.0010000"${told}`
  if (message === undefined && printed === undefined) return `${head} />`
  const stack = trace === undefined ? '' : `\n          <StackTrace>${escaped(trace)}</StackTrace>`
  const failure =
    message === undefined
      ? ''
      : `\n        <ErrorInfo>\n          <Message>${escaped(message)}</Message>${stack}\n        </ErrorInfo>`
  const output = printed === undefined ? '' : `\n        <StdOut>${escaped(printed)}</StdOut>`
  return `${head}>\n      <Output>${output}${failure}\n      </Output>\n    </UnitTestResult>`
}

function definition({ testName, className, defined = true }: TrxTest, index: number, assembly: string): string {
  if (!defined) return ''
  const group = className === undefined ? '' : ` className="${escaped(className)}"`
  return `    <UnitTest name="${escaped(testName)}" storage="${assembly.toLowerCase()}" id="t${index}">
      <Execution id="e${index}" />
      <TestMethod codeBase="${assembly}" adapterTypeName="executor://xunit/VsTestRunner2/netcoreapp"${group} name="x" />
    </UnitTest>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
