// What the demo plays and what has to come of it, as data. Each scenario has its own copy of the bundled repository, so that none waits for another.

import type { DeclineCode } from '../src/policy/decline.ts'
import type { RepositoryName } from '../test/support/emulated-github/types.ts'

export interface Scenario {
  /** Names `demo/issues/<slug>.md` and `demo/recordings/<slug>.json`. */
  slug: string
  /** What it is there to show; one line. */
  shows: string
  repository: RepositoryName
  /** Part of `npm run demo`; the others are played with `--all`. */
  brief: boolean
  /** The part of the bundled repository that is written in Python is there, and its tests are run. */
  needs?: 'python3'
  /** What the maintainer answers to its questions, in order; `HASH` is the hash of the plan that waits. */
  answers?: string[]
  expected: Expectation
}

/** `nothing` is an issue on which Draftsmith does not say a word. */
export type Expectation =
  | {
      outcome: 'pull_request'
      /** Exactly the files that change. */
      files: string[]
      /** Tests that fail without the change and pass with it. */
      proof: string[]
      /** Repairs after checks failed. */
      repairs: number
      /** Words that its body holds. */
      says?: string[]
    }
  /** Words that the status comment holds: why, and what is kept. */
  | { outcome: 'unverified'; says: string[] }
  | { outcome: 'declined'; decline: DeclineCode; paid: boolean }
  | { outcome: 'nothing' }

export const scenarios: Scenario[] = [
  {
    slug: 'bug-first-try',
    shows: 'a bug, fixed at the first attempt',
    repository: 'acme/tally',
    brief: true,
    expected: {
      outcome: 'pull_request',
      files: ['src/money.js', 'test/money.test.js'],
      proof: ['test/money.test.js > formatMoney > keeps the sign of amounts below one'],
      repairs: 0,
    },
  },
  {
    slug: 'bug-repaired',
    shows: 'a first attempt that fails the tests, and its repair',
    repository: 'birch/tally',
    brief: true,
    expected: {
      outcome: 'pull_request',
      files: ['src/csv.js', 'test/cli.test.js', 'test/csv.test.js'],
      proof: ['test/csv.test.js > parseCsv > skips blank lines'],
      repairs: 1,
    },
  },
  {
    slug: 'python-bug',
    shows: 'a bug in the part that is written in Python',
    repository: 'cedar/tally',
    brief: true,
    needs: 'python3',
    expected: {
      outcome: 'pull_request',
      files: ['tools/report/tally_report/periods.py', 'tools/report/tests/test_periods.py'],
      proof: ['tests.test_periods.QuarterOf > test_end_of_a_quarter'],
      repairs: 0,
    },
  },
  {
    slug: 'too-complex',
    shows: 'an issue that is too much for one pull request',
    repository: 'dune/tally',
    brief: true,
    expected: { outcome: 'declined', decline: 'too_complex', paid: true },
  },
  {
    slug: 'protected-path',
    shows: 'an issue that asks for a protected file, declined by rules alone',
    repository: 'elm/tally',
    brief: true,
    expected: { outcome: 'declined', decline: 'protected_path', paid: false },
  },
  {
    slug: 'outsider',
    shows: 'a label by somebody without write access',
    repository: 'fjord/tally',
    brief: true,
    expected: { outcome: 'nothing' },
  },
  {
    slug: 'docs-only',
    shows: 'a mistake in the README, nothing else',
    repository: 'gale/tally',
    brief: false,
    expected: { outcome: 'pull_request', files: ['README.md'], proof: [], repairs: 0 },
  },
  {
    slug: 'feature-with-criteria',
    shows: 'a small feature with acceptance criteria',
    repository: 'heath/tally',
    brief: false,
    expected: {
      outcome: 'pull_request',
      files: ['README.md', 'src/cli.js', 'src/statement.js', 'test/cli.test.js'],
      proof: [
        'test/cli.test.js > tally > prints a statement as CSV',
        'test/cli.test.js > tally > refuses a format that it does not know',
      ],
      repairs: 0,
    },
  },
  {
    slug: 'old-failing-test',
    shows: 'a test that fails already and is left alone',
    repository: 'iris/tally',
    brief: false,
    expected: {
      outcome: 'pull_request',
      files: ['src/money.js', 'test/money.test.js'],
      proof: [
        'test/money.test.js > splitMoney > gives the cents left over to the first ones',
        'test/money.test.js > splitMoney > adds up to the amount',
      ],
      repairs: 1,
    },
  },
  {
    slug: 'tax-not-a-number',
    shows: 'a mistake of the user that the program swallows',
    repository: 'jade/tally',
    brief: false,
    expected: {
      outcome: 'pull_request',
      files: ['src/cli.js', 'test/cli.test.js'],
      proof: ['test/cli.test.js > tally > refuses a tax that is not a percentage'],
      repairs: 0,
    },
  },
  {
    slug: 'rollback',
    shows: 'a first attempt that is given back, and another way',
    repository: 'kite/tally',
    brief: false,
    expected: {
      outcome: 'pull_request',
      files: ['docs/files.md', 'src/dates.js', 'test/dates.test.js', 'test/invoice.test.js'],
      proof: [
        'test/dates.test.js > addMonths > ends at the last day of a shorter month',
        'test/invoice.test.js > dueDate > is the last day of a month that is shorter',
      ],
      repairs: 1,
    },
  },
  {
    slug: 'python-empty-year',
    shows: 'a division by zero in the part that is written in Python',
    repository: 'lake/tally',
    brief: false,
    needs: 'python3',
    expected: {
      outcome: 'pull_request',
      files: ['tools/report/tally_report/totals.py', 'tools/report/tests/test_totals.py'],
      proof: ['tests.test_totals.ShareOf > test_share_of_nothing'],
      repairs: 0,
    },
  },
  {
    slug: 'flaky-test',
    shows: 'a test that fails wherever it runs for the first time, and is not blamed on the change',
    repository: 'moss/tally',
    brief: false,
    expected: {
      outcome: 'pull_request',
      files: ['src/money.js', 'test/invoice.test.js', 'test/money.test.js'],
      proof: [
        'test/invoice.test.js > an invoice and its credit note > come to nothing, also where the tax has half a cent',
        'test/money.test.js > percentOf > rounds half cents away from zero',
      ],
      repairs: 0,
    },
  },
  {
    slug: 'reviewer-objection',
    shows: 'a change that passes its tests and misses a criterion; the reviewer objects, and it is mended',
    repository: 'opal/tally',
    brief: false,
    expected: {
      outcome: 'pull_request',
      files: ['docs/files.md', 'src/invoice.js', 'test/invoice.test.js'],
      proof: ['test/invoice.test.js > readItems > refuses a quantity of zero'],
      repairs: 0,
      says: ['The reviewer objects to `src/invoice.js:47`'],
    },
  },
  {
    slug: 'rule-veto',
    shows: 'a test that is to be skipped: a rule objects, whoever asks for it',
    repository: 'quartz/tally',
    brief: false,
    expected: {
      outcome: 'unverified',
      says: ['A rule objects to `test/calendar-reform.test.js`: A test is skipped or singled out'],
    },
  },
  {
    slug: 'budget-spent',
    shows: 'a limit of tokens that is reached half way; what stands is kept',
    repository: 'ruby/tally',
    brief: false,
    answers: ['/draftsmith approve HASH'],
    expected: { outcome: 'unverified', says: ['The budget was spent', 'It is on the branch `agent/issue-1`'] },
  },
  {
    slug: 'plan-approval',
    shows: 'a plan that waits for the maintainer, because the policy names its file',
    repository: 'nettle/tally',
    brief: false,
    answers: ['/draftsmith approve HASH'],
    expected: {
      outcome: 'pull_request',
      files: ['src/statement.js', 'test/statement.test.js'],
      proof: ['test/statement.test.js > selectInvoices > takes the first day in'],
      repairs: 0,
      says: ['was approved by maya'],
    },
  },
  {
    slug: 'plan-revised',
    shows: 'a plan that the maintainer sends back with a remark, and approves when it is made again',
    repository: 'olive/tally',
    brief: false,
    answers: [
      '/draftsmith revise Round each item by itself, not only the sum: our customers add the items up by hand. And the net amount of a credit note still has to be exactly minus that of its invoice.',
      '/draftsmith approve HASH',
    ],
    expected: {
      outcome: 'pull_request',
      files: ['docs/files.md', 'src/invoice.js', 'test/invoice.test.js'],
      proof: [
        'test/invoice.test.js > readItems > reads quantities with up to two decimals',
        'test/invoice.test.js > makeInvoice with decimals > rounds each item by itself',
        'test/invoice.test.js > creditNote > has exactly minus the net amount, also with half a cent',
      ],
      repairs: 0,
      says: ['was approved by maya', 'maya says of the plan: Round each item by itself'],
    },
  },
  {
    slug: 'escalation',
    shows: 'a choice that only the maintainer can make, with options and a recommendation',
    repository: 'pine/tally',
    brief: false,
    answers: ['/draftsmith choose 1'],
    expected: {
      outcome: 'pull_request',
      files: ['src/statement.js', 'test/statement.test.js'],
      proof: [
        'test/statement.test.js > selectInvoices > sorts the invoices of one day by number, digits as numbers',
        'test/statement.test.js > selectInvoices > sorts numbers of other forms by the same rule',
      ],
      repairs: 0,
      says: ['maya chose: By number, with digits compared as numbers'],
    },
  },
  {
    slug: 'readings',
    shows:
      'an issue that can be meant in two ways; the maintainer takes the one that was not recommended, before anything is planned',
    repository: 'sage/tally',
    brief: false,
    answers: ['/draftsmith choose 2'],
    expected: {
      outcome: 'pull_request',
      files: ['docs/files.md', 'src/statement.js', 'test/statement.test.js'],
      proof: ['test/statement.test.js > renderStatement > marks what is paid, and leaves it out of the sum'],
      repairs: 0,
      says: ['maya chose: Keep them in the table'],
    },
  },
  {
    slug: 'monorepo',
    shows: 'a bug in one package of a workspace, with the tests of that package',
    repository: 'quince/tally',
    brief: false,
    expected: {
      outcome: 'pull_request',
      files: ['packages/rates/src/index.js', 'packages/rates/test/rates.test.js'],
      proof: [
        'packages/rates/test/rates.test.js > rateOn > refuses a day before the first one',
        'packages/rates/test/rates.test.js > convert > refuses a day without a rate',
      ],
      repairs: 0,
    },
  },
  {
    slug: 'changed-expectation',
    shows: 'a test that has to expect something else, because a criterion asks for it',
    repository: 'slate/tally',
    brief: false,
    expected: {
      outcome: 'pull_request',
      files: ['src/cli.js', 'test/cli.test.js'],
      proof: ['test/cli.test.js > tally > says what is wrong'],
      repairs: 1,
      says: ['Tests whose expectation changed'],
    },
  },
]
