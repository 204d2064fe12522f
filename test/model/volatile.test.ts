import { expect, test } from 'vitest'
import { withoutVolatile } from '../../src/model/volatile.ts'

test.each([
  ['run r-a1b2c3d4e5 began', 'run <run> began'],
  ['at 2026-11-20T10:31:04.123Z and 2026-01-02 03:04:05', 'at <time> and <time>'],
  ['Start at  10:31:07', 'Start at  <time>'],
  ['Ran 3 tests in 0.002s', 'Ran 3 tests in <duration>'],
  ['Duration  639ms (import 12 ms)', 'Duration  <duration> (import <duration>)'],
  ['duration_ms: 12.5', 'duration_ms: <duration>'],
  ['# duration_ms 44.25', '# duration_ms <duration>'],
  ['http://127.0.0.1:40123/x and localhost:5432', 'http://127.0.0.1:<port>/x and localhost:<port>'],
  ['at f (/tmp/run-8f3a/tree/src/slug.ts:12:5)', 'at f (<path>/slug.ts:12:5)'],
  ['cwd /srv/app/runs/8f3a', 'cwd <path>'],
  ['File "/var/x/test_money.py", line 3', 'File "<path>/test_money.py", line 3'],
])('%s', (text, expected) => {
  expect(withoutVolatile(text)).toBe(expected)
  expect(withoutVolatile(expected)).toBe(expected)
})

test.each([
  'src/data/users.ts:12 has 3 tests and 2 errors',
  'expected 60 to equal 61',
  'const minutes = 30',
  'see docs/home/index.md',
  'GET /api/items?limit=20',
  'version 1.2.3, port 8080, r-short',
  "slugify('Été 2024') // 10:30",
])('keeps %s', (text) => {
  expect(withoutVolatile(text)).toBe(text)
})
