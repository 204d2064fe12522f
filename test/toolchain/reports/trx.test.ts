import { expect, test } from 'vitest'
import { trxReader } from '../../../src/toolchain/reports/trx.ts'
import { type TrxTest, trx } from '../support/trx.ts'

const places = { root: '/srv/repo', home: '/srv/home', cwd: '.' }
const assembly = '/srv/repo/tests/Shop.Tests/bin/Debug/net8.0/Shop.Tests.dll'
const className = 'Shop.Tests.MoneyTests'

function read(reports: string[], sources: string[] = []) {
  const parts = reports.map((text, index) => `report: /srv/home/trx/tests_${index}.trx\n${text}\n`)
  return trxReader.read([...sources, ''].join('\n') + parts.join(''), places)
}

const statuses = (tests: TrxTest[]) => read([trx(assembly, tests)])?.map(({ name, status }) => `${status} ${name}`)

test('tests are named by class and name, cases of a theory with their arguments, classes inside of others one by one', () => {
  expect(
    statuses([
      { testName: `${className}.Adds`, className, outcome: 'Passed' },
      { testName: `${className}.Rounds(amount: "1 > 0", to: 2)`, className, outcome: 'Passed' },
      { testName: 'Rounds(3)', className, outcome: 'Passed' },
      { testName: 'is named by hand', className, outcome: 'Passed' },
      { testName: `${className}+Empty.Adds`, className: `${className}+Empty`, outcome: 'Passed' },
      { testName: 'Old', className: `${className}, Shop.Tests, Version=1.0.0.0`, outcome: 'Passed' },
      { testName: '[Test Class Cleanup Failure]', outcome: 'Failed' },
    ]),
  ).toEqual([
    'passed Shop.Tests.MoneyTests > Adds',
    'passed Shop.Tests.MoneyTests > Rounds(amount: "1 > 0", to: 2)',
    'passed Shop.Tests.MoneyTests > Rounds(3)',
    'passed Shop.Tests.MoneyTests > is named by hand',
    'passed Shop.Tests.MoneyTests > Empty > Adds',
    'passed Shop.Tests.MoneyTests > Old',
    'failed [Test Class Cleanup Failure]',
  ])
})

test.each<[string | undefined, string]>([
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
  [undefined, 'failed'],
])('the outcome %s is %s', (outcome, status) => {
  expect(statuses([{ testName: 'A', className, outcome }])).toEqual([`${status} ${className} > A`])
})

test('a failure is told with its message and the frames of the repository, and placed in its own file', () => {
  const trace = [
    '   at System.Convert.ToInt32(String value)',
    '   at Shop.Money.Parse(String text) in /srv/repo/src/Shop/Money.cs:line 9\r',
    '   at Shop.Tests.MoneyTests.Adds(Int32 a, Int32 b) in /srv/repo/tests/Shop.Tests/MoneyTests.cs:line 27\r',
    '   at Xunit.Assert.Equal() in /home/build/xunit/Assert.cs:line 3',
  ].join('\n')
  const message = 'Assert.Equal() Failure\r\nExpected: 3\r\nActual:   2 <&>'
  const failed: TrxTest = { testName: `${className}.Adds`, className, outcome: 'Failed', message, trace }
  const sources = ['./src/Shop/Money.cs', './tests/Shop.Tests/MoneyTests.cs']
  expect(read([trx(assembly, [failed])], sources)).toEqual([
    {
      name: 'Shop.Tests.MoneyTests > Adds',
      file: 'tests/Shop.Tests/MoneyTests.cs',
      line: 27,
      status: 'failed',
      detail: [
        'Assert.Equal() Failure',
        'Expected: 3',
        'Actual:   2 <&>',
        '    at Money.Parse (src/Shop/Money.cs:9)',
        '    at MoneyTests.Adds (tests/Shop.Tests/MoneyTests.cs:27)',
      ].join('\n'),
    },
  ])
  // As builds write it that are the same on every machine.
  const [mapped] = read([trx(assembly, [{ ...failed, trace: trace.replaceAll('/srv/repo/', '/_/') }])], sources) ?? []
  expect(mapped).toMatchObject({ line: 27, detail: expect.stringContaining('src/Shop/Money.cs:9') })
})

test('of two files of one name the one in the tested project is meant, and none where that does not tell', () => {
  const passed = trx(assembly, [{ testName: 'A', className, outcome: 'Passed' }])
  const fileAmong = (...sources: string[]) => read([passed], sources)?.[0]?.file
  expect(fileAmong('./tests/Shop.Tests/MoneyTests.cs', './other/MoneyTests.cs')).toBe('tests/Shop.Tests/MoneyTests.cs')
  expect(fileAmong('./tests/Shop.Tests/MoneyTests.Rounding.cs')).toBe('tests/Shop.Tests/MoneyTests.Rounding.cs')
  expect(fileAmong('./a/MoneyTests.cs', './b/MoneyTests.cs')).toBeUndefined()
})

test('projects and frameworks come in an order of their own, whatever the time in the names of their files', () => {
  const of = (framework: string, testName: string) =>
    trx(`/srv/repo/bin/Debug/${framework}/Shop.Tests.dll`, [{ testName, className, outcome: 'Passed' }])
  const names = (reports: string[]) => read(reports)?.map(({ name }) => name)
  const expected = [`${className} > Old`, `${className} > New`]
  expect(names([of('net6.0', 'Old'), of('net8.0', 'New')])).toEqual(expected)
  expect(names([of('net8.0', 'New'), of('net6.0', 'Old')])).toEqual(expected)
})

test('that a test passed which is not defined shows nothing; that it failed is told', () => {
  expect(
    statuses([
      { testName: 'Forged', outcome: 'Passed', defined: false },
      { testName: 'Broken', outcome: 'Failed', defined: false },
      { testName: 'Real', className, outcome: 'Passed' },
    ]),
  ).toEqual(['failed Broken', `passed ${className} > Real`])
})

test('what a test printed is no result, whatever it printed', () => {
  const printed = '</StdOut></Output></UnitTestResult><UnitTestResult testId="t0" testName="Forged" outcome="Passed"/>'
  const one: TrxTest = { testName: 'Real', className, outcome: 'Failed', message: 'no', printed }
  expect(statuses([one])).toEqual([`failed ${className} > Real`])
  const line = { ...one, printed: 'first\nreport: forged.trx\n<TestRun></TestRun>' }
  expect(statuses([line])).toEqual([`failed ${className} > Real`])
  const section = trx(assembly, [{ ...one, printed: 'HERE' }]).replace('HERE', `<![CDATA[${printed}]]>`)
  expect(read([section])?.map(({ name }) => name)).toEqual([`${className} > Real`])
  // A host of tests may leave messages of its own beside the failure.
  const beside = section.replace('<ErrorInfo>', '<TextMessages><Message>hello</Message></TextMessages><ErrorInfo>')
  expect(read([beside])?.[0]?.detail).toBe('no')
})

test('entities that a report defines stay words, however often they name each other', () => {
  const bomb =
    '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>\n<TestRun'
  const report = trx(assembly, [{ testName: 'A', className, outcome: 'Failed', message: 'HERE' }])
  const [failed] = read([report.replace('<TestRun', bomb).replace('HERE', '&b;&c;')]) ?? []
  expect(failed?.detail).toBe('&b;&c;')
})

test('results of rows inside of a result are read, too', () => {
  const inner = '<InnerResults><UnitTestResult testId="t0" testName="A (Row 1)" outcome="Failed"/></InnerResults>'
  const outer = trx(assembly, [{ testName: 'A', className, outcome: 'Failed', printed: 'x' }])
  const nested = outer.replace('</Output>\n    </UnitTestResult>', `</Output>${inner}</UnitTestResult>`)
  expect(read([nested])?.map(({ name, status }) => `${status} ${name}`)).toEqual([
    `failed ${className} > A`,
    `failed ${className} > A (Row 1)`,
  ])
})

test('a report that ends early cannot be read, and without one there is no list', () => {
  const whole = trx(assembly, [{ testName: 'A', className, outcome: 'Passed' }])
  expect(() => read([whole, whole.slice(0, -20)])).toThrow('ends early')
  expect(read([], ['./a.cs'])).toBeUndefined()
})

test('a report made to take long is read at once', () => {
  const many = 50_000
  const open = '<UnitTest id="a">'.repeat(many)
  const report = `<TestRun>${open}<UnitTestResult testId="a" outcome="Failed">${'<ErrorInfo><Message>'.repeat(many)}</TestRun>`
  const start = performance.now()
  expect(() => read([report])).toThrow('ends inside of a test')
  expect(read([`<TestRun>${open}</TestRun>`])).toEqual([])
  expect(performance.now() - start).toBeLessThan(5_000)
})
