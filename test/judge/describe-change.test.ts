import { expect, test } from 'vitest'
import { describeChange } from '../../src/judge/describe-change.ts'
import { pullRequestView } from '../render/views.ts'

const { contract, plan, report } = pullRequestView()
const [check] = report.checks

test('the evidence names each test once, with a number that the criteria say again, and no check that could not run', () => {
  if (check === undefined) throw new Error('the view has no check')
  const outcome = { exitCode: 127, passed: false, timedOut: false, durationMs: 40 }
  const measured = {
    ...report,
    checks: [
      { ...check, line: 'npm test', before: { ...check.before, passed: true }, added: ['shows', 'guards'], fixed: [] },
      { ...check, id: 'lint', line: 'ruff check', before: outcome, after: outcome },
    ],
    reproduction: { failsWithoutChange: ['shows'], passesWithoutChange: ['guards'] },
    criteria: [
      { criterion: 'a', shownBy: ['shows'], newTests: ['guards'] },
      { criterion: 'b', shownBy: [], newTests: ['other'] },
    ],
    notVerified: ['lint cannot be run here'],
  }
  expect(
    /<evidence>\n([\s\S]*)\n<\/evidence>/.exec(
      describeChange({ contract, plan }, { files: [], report: measured }),
    )?.[1],
  ).toBe(
    [
      `- ${check.id} (npm test): passed before, ${check.after.passed ? 'passed' : 'failed'} after; tests new: 2`,
      '- test 1 fails without the change, passes with it: shows',
      '- test 2 is new, and passes without the change, too: guards',
      '- test 3 passes with the change: other',
      '- for criterion 1, as planned: test 1, test 2',
      '- for criterion 2, as planned: test 3',
      '- not verified: lint cannot be run here',
    ].join('\n'),
  )
})
