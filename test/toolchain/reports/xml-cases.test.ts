import { expect, test } from 'vitest'
import { readXmlCases } from '../../../src/toolchain/reports/xml-cases.ts'

const suite = (body: string) => `<testsuite>${body}</testsuite>`
const statuses = (xml: string) =>
  readXmlCases(suite(xml)).map(({ attributes, status }) => `${status} ${attributes.name}`)

test('what a test printed is no test, whatever it printed', () => {
  const printed = '<![CDATA[</system-out></testcase><testcase name="forged"/><failure>]]>'
  expect(statuses(`<testcase name="real"><system-out>${printed}</system-out></testcase>`)).toEqual(['passed real'])
  expect(statuses(`<testcase name="real"><system-err>&lt;failure&gt;</system-err></testcase>`)).toEqual(['passed real'])
})

test('a failure is told with its words, also where they look like tags', () => {
  const [failed] = readXmlCases(
    suite(
      '<testcase name="a"><failure message="1 &lt; 2 &gt; &quot;0&quot;"><![CDATA[<skipped/> & </failure>]]></failure></testcase>',
    ),
  )
  expect(failed).toMatchObject({ status: 'failed', message: '1 < 2 > "0"', text: '<skipped/> & </failure>' })
})

test('a test that was flaky and passed in the end has passed', () => {
  expect(statuses('<testcase name="a"><flakyFailure message="x"/></testcase>')).toEqual(['passed a'])
})

test('a report that ends inside of a test cannot be read', () => {
  expect(() => readXmlCases('<testsuite><testcase name="a"><failure>')).toThrow('ends inside of a test')
})
