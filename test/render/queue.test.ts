import { expect, test } from 'vitest'
import { renderQueue } from '../../src/render/queue.ts'
import type { QueueReport } from '../../src/run/desk.ts'

const now = new Date('2026-11-20T10:00:00Z')
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000)
const empty: QueueReport = {
  pause: undefined,
  underWay: [],
  waiting: [],
  pausing: [],
  failed: { newest: [], count: 0 },
}
const job = (runId: string) => ({ runId, title: 'The sum\u001b[31m is wrong', url: undefined, attempt: 2, attempts: 9 })

test('an empty queue is one line', () => {
  expect(renderQueue(empty, now)).toBe('The queue is open.')
})

test('each kind of run says what matters about it, and no text reaches the terminal raw', () => {
  const url = 'https://github.com/acme/shop/issues/7'
  const because = { code: 'github_rate_limited', message: "GitHub's limit is reached." }
  const failed = { runId: 'r-f', title: 'Old', url, endedAt: ago(60), code: 'unexpected', reason: 'oops' }
  const report: QueueReport = {
    pause: { since: ago(120), reason: 'version 2' },
    underWay: [
      { ...job('r-a'), since: ago(75), lastSign: ago(2), ending: false },
      { ...job('r-b'), since: ago(5), lastSign: ago(5), ending: true },
    ],
    waiting: [{ ...job('r-c'), url }],
    pausing: [
      { ...job('r-d'), until: ago(-40), because },
      { ...job('r-e'), until: ago(-20), because: undefined },
    ],
    failed: { newest: [failed], count: 3 },
  }
  expect(renderQueue(report, now)).toBe(
    [
      'The queue is paused since 2026-11-20 09:58:00 UTC: version 2. `draftsmith queue resume` opens it.',
      '',
      'Under way (2)',
      '  r-a  The sum[31m is wrong',
      '    attempt 2 of 9, for 1 min 15 s; last sign of life 2.0 s ago',
      '  r-b  The sum[31m is wrong',
      '    is being ended, for 5.0 s; last sign of life 5.0 s ago',
      '',
      'Waiting (1)',
      `  r-c  ${url}  The sum[31m is wrong`,
      '',
      'Waiting for their time (2)',
      '  r-d  The sum[31m is wrong',
      "    attempt 2 of 9 in 40.0 s; github_rate_limited: GitHub's limit is reached.",
      '  r-e  The sum[31m is wrong',
      '    its organisation has as many runs under way as it may; asked again within 20.0 s',
      '',
      'Failed; `draftsmith queue requeue RUN` starts one again (3)',
      `  r-f  ${url}  Old`,
      '    2026-11-20 09:59:00 UTC  unexpected: oops',
      '  … and 2 older ones',
    ].join('\n'),
  )
})
