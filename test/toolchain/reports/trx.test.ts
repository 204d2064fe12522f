// Reports that `dotnet test` of the SDK 3.1.102 wrote, its own logger and all; the framework is that of `fixtures/dotnet-runner`.
// What a real run cannot be brought to say is made of them by one change.
import { expect, test } from 'vitest'
import { trxReader } from '../../../src/toolchain/reports/trx.ts'
import { captured, capturedPlaces } from '../support/captured.ts'

const whole = captured('dotnet-test-3.1.102').report
const [sources = '', one = '', many = ''] = whole.split(/^report: .*\n(?=\uFEFF)/m)
/** The report with one test, `Web.Tests.PageTests.Shows`, that passed. */
const page = one.includes('PageTests') ? one : many
const money = page === one ? many : one

const read = (report: string) => trxReader.read(report, capturedPlaces)
const joined = (...reports: string[]) => [sources, ...reports.map((text, at) => `report: ${at}.trx\n${text}`)].join('')
const statuses = (report: string) => read(report)?.map(({ name, status }) => `${status} ${name}`)
const statusOf = (report: string) => statuses(joined(report))
/** The test of the page, failed, with that inside of its result. */
const failing = (inside: string) =>
  page.replace(/outcome="Passed"(.*) \/>/, (_, rest) => `outcome="Failed"${rest}>${inside}</UnitTestResult>`)
const decoded = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>')
const saying = (message: string) => `<Output><ErrorInfo><Message>${message}</Message></ErrorInfo></Output>`

test('tests of all projects are named by class and name, as each framework shows it, rows and classes inside of others one by one', () => {
  expect(statuses(whole)).toEqual([
    'failed Shop.Tests.MoneyTests > Adds',
    'failed Shop.Tests.MoneyTests > Divides',
    'passed Shop.Tests.MoneyTests > Divides (1)',
    'failed Shop.Tests.MoneyTests > Divides (2)',
    'passed Shop.Tests.MoneyTests > Empty > Adds',
    'failed Shop.Tests.MoneyTests > Forges',
    'passed Shop.Tests.MoneyTests > Holds',
    'failed Shop.Tests.MoneyTests > Parses',
    'passed Shop.Tests.MoneyTests > Rounds(amount: 1, text: "1 > 0")',
    'failed Shop.Tests.MoneyTests > Rounds(amount: 2, text: "<2> & "two"")',
    'passed Shop.Tests.MoneyTests > Shows(1)',
    'skipped Shop.Tests.MoneyTests > Waits',
    'passed Web.Tests.PageTests > Shows',
  ])
})

test('a failure is told with its message and the frames of the repository, and placed in its own file', () => {
  expect(read(whole)?.find(({ name }) => name.endsWith('Parses'))).toEqual({
    name: 'Shop.Tests.MoneyTests > Parses',
    file: 'tests/Shop.Tests/MoneyTests.cs',
    line: 40,
    status: 'failed',
    detail: [
      'Input string was not in a correct format.',
      '    at Money.Parse (src/Shop/Money.cs:11)',
      '    at MoneyTests.Parses (tests/Shop.Tests/MoneyTests.cs:40)',
    ].join('\n'),
  })
})

test('of frames whose build tells no paths those count that the repository has, and no framework is taken for it', () => {
  const own = whole.replaceAll('in /srv/repo/', 'in /_/')
  expect(own).not.toBe(whole)
  expect(read(own)).toEqual(read(whole))
  expect(whole).toContain('in /_/src/Small/Attributes.cs')
  expect(JSON.stringify(read(own))).not.toContain('Attributes.cs')
})

test('what a test printed or said is no result and parts no report, and its colours are taken out', () => {
  expect(read(whole)?.find(({ name }) => name.endsWith('Forges'))?.detail).toBe(
    [
      '</StdOut></Output></UnitTestResult><UnitTestResult testId="1" testName="Forged" outcome="Passed"/>]]>',
      'and a second line',
      '    at MoneyTests.Forges (tests/Shop.Tests/MoneyTests.cs:49)',
    ].join('\n'),
  )
  const section = money.replace(/<StdOut>&lt;.*/, (line) => `<StdOut><![CDATA[${decoded(line.slice(8))}]]>`)
  expect(section).toContain('<![CDATA[</StdOut>')
  expect(statusOf(section)).toEqual(statusOf(money))
})

test('projects and tests come in an order of their own, whatever the files are called and wherever results stand in them', () => {
  const results =
    /<UnitTestResult [^>]*testName="Shop.Tests.MoneyTests.(Holds|Parses)"[\s\S]*?(\/>|<\/UnitTestResult>)/g
  const [first = '', second = ''] = [...money.matchAll(results)].map(([text]) => text)
  const turned = money.replace(first, 'FIRST').replace(second, first).replace('FIRST', second)
  expect(turned).not.toBe(money)
  expect(read(joined(page, turned))).toEqual(read(whole))
})

test('of two tests of one name it is always the same that has failed', () => {
  const renamed = money.replace(/(testName="Shop.Tests.MoneyTests).Adds"/, '$1.Holds"')
  expect(statusOf(renamed)?.filter((text) => text.endsWith('Holds'))).toEqual([
    'failed Shop.Tests.MoneyTests > Holds',
    'passed Shop.Tests.MoneyTests > Holds',
  ])
})

test.each([
  ['Passed', 'passed'],
  ['NotExecuted', 'skipped'],
  ['Inconclusive', 'skipped'],
  ['Pending', 'skipped'],
  ['Failed', 'failed'],
  ['Error', 'failed'],
  ['Timeout', 'failed'],
  ['Aborted', 'failed'],
  ['NotRunnable', 'failed'],
  ['PassedButRunAborted', 'failed'],
  ['passed', 'failed'],
  ['', 'failed'],
])('the outcome %s is %s', (outcome, status) => {
  expect(statusOf(page.replace('outcome="Passed"', `outcome="${outcome}"`))).toEqual([
    `${status} Web.Tests.PageTests > Shows`,
  ])
})

test('a run whose process dies is told beside what failed elsewhere, with its reason and where', () => {
  const tests = read(captured('dotnet-test-crash-3.1.102').report)
  expect(tests?.filter(({ name }) => !name.startsWith('Shop.Tests.'))).toEqual([
    {
      name: 'the run as a whole',
      status: 'failed',
      detail: [
        'The active test run was aborted. Reason: Test host process crashed : Process terminated. the host is gone',
        '   @ System.Environment.FailFast(System.String)',
        '   @ Web.Tests.PageTests.Stops()',
        '   @ System.RuntimeMethodHandle.InvokeMethod(System.Object, System.Object[], System.Signature, Boolean, Boolean)',
      ].join('\n'),
    },
  ])
})

test('an error of the run that no failed test explains is told; a warning, and what a framework says of failures, is not', () => {
  const info = (outcome: string) =>
    `<RunInfos><RunInfo outcome="${outcome}"><Text>It cannot be set up.</Text></RunInfo></RunInfos>`
  const within = (report: string, outcome: string) =>
    report.replace('</ResultSummary>', `${info(outcome)}</ResultSummary>`)
  expect(statusOf(within(page, 'Error'))).toEqual(['passed Web.Tests.PageTests > Shows', 'failed the run as a whole'])
  expect(statusOf(within(page, 'Warning'))).toEqual(['passed Web.Tests.PageTests > Shows'])
  expect(statusOf(within(money, 'Error'))).toEqual(statusOf(money))
})

test('a run that no test was chosen for has none', () => {
  expect(read(captured('dotnet-test-no-match-3.1.102').report)).toEqual([])
})

test('of two files of one name the one in the tested project is meant, and none where that does not tell', () => {
  const fileAmong = (...paths: string[]) => read(`${paths.join('\n')}\nreport: 1.trx\n${page}`)?.[0]?.file
  expect(fileAmong('./tests/Web.Tests/PageTests.cs', './other/PageTests.cs')).toBe('tests/Web.Tests/PageTests.cs')
  expect(fileAmong('./tests/Web.Tests/PageTests.Show.cs')).toBe('tests/Web.Tests/PageTests.Show.cs')
  expect(fileAmong('./a/PageTests.cs', './b/PageTests.cs')).toBeUndefined()
})

test('the assembly behind a class, as older runners name it, and a failure without a class do no harm', () => {
  const older = page.replace(
    'className="Web.Tests.PageTests"',
    'className="Web.Tests.PageTests, Web.Tests, Version=1.0.0.0"',
  )
  expect(statusOf(older)).toEqual(['passed Web.Tests.PageTests > Shows'])
  const cleanup = failing('')
    .replace(' className="Web.Tests.PageTests"', '')
    .replaceAll('Web.Tests.PageTests.Shows', '[Cleanup]')
  expect(statusOf(cleanup)).toEqual(['failed [Cleanup]'])
})

test('that a test passed which is not defined shows nothing; that it failed is told', () => {
  const undefinedTest = (report: string) => report.replace(/<UnitTest [\s\S]*<\/UnitTest>/, '')
  expect(statusOf(undefinedTest(page))).toEqual([])
  expect(statusOf(undefinedTest(failing('')))).toEqual(['failed Web.Tests.PageTests.Shows'])
})

test('messages that a host leaves beside a failure are not its own', () => {
  const beside = saying('no').replace('<ErrorInfo>', '<TextMessages><Message>hello</Message></TextMessages><ErrorInfo>')
  expect(read(joined(failing(beside)))?.[0]?.detail).toBe('no')
})

test('entities that a report defines stay words, however often they name each other', () => {
  const bomb =
    '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>\n<TestRun '
  const report = failing(saying('&b;&c;')).replace('<TestRun ', bomb)
  expect(read(joined(report))?.[0]?.detail).toBe('&b;&c;')
})

test('a report that ends early cannot be read, and without one there is no list', () => {
  expect(() => read(joined(page, money.trimEnd().slice(0, -20)))).toThrow('ends early')
  expect(read('./a.cs\n')).toBeUndefined()
})

test('a report made to take long is read at once', () => {
  const times = 50_000
  const open = '<UnitTest id="a">'.repeat(times)
  const report = `<TestRun>${open}<UnitTestResult testId="a" outcome="Failed">${'<ErrorInfo><Message>'.repeat(times)}</TestRun>`
  const infos = `<TestRun>${'<RunInfo outcome="Error"><Text>'.repeat(times)}</TestRun>`
  const start = performance.now()
  expect(() => read(joined(report))).toThrow('ends inside of a test')
  expect(read(joined(`<TestRun>${open}</TestRun>`))).toEqual([])
  read(joined(infos))
  expect(performance.now() - start).toBeLessThan(5_000)
})
