// The evidence of a pull request for people: the checks before and after, and what the tests show.
import type { ModificationResult } from '../execute/candidate.ts'
import type { CriterionEvidence } from '../verify/criteria-evidence.ts'
import { type CheckComparison, type CheckOutcome, type ReproductionEvidence, showsDefect } from '../verify/report.ts'
import { counted, duration } from './figures.ts'
import { folded } from './folded.ts'
import { codeCell, codeSpan, inline } from './neutralise.ts'
import { outcomeWords } from './outcome-words.ts'
import type { PullRequestView } from './pull-request-view.ts'

const maxNames = 10
/** Checks of a workspace with many packages: what is green before and after is folded from here on. */
const maxRows = 10

/** Paragraphs of Markdown under their heading. */
export function renderEvidence({ report, repeatWith, candidate, sentBack = [] }: PullRequestView): string[] {
  const { checks, reproduction, treeSha, sandbox } = report
  const tests = [...checks.flatMap((check) => testNames(check, reproduction)), ...reproductionLines(reproduction)]
  const repeat = repeatWith === undefined ? '' : ` Measure it again: ${codeSpan(`draftsmith verify ${repeatWith}`)}`
  return [
    '## Evidence',
    ...(checks.length === 0 ? ['This repository has no check that could be run.'] : tables(checks)),
    ...(tests.length === 0 ? [] : [tests.map((line) => `- ${line}`).join('\n')]),
    ...foldedList(
      `Sent back ${sentBack.length === 1 ? 'once' : `${sentBack.length} times`} before it came to this`,
      sentBack.map((reason, at) => `${inline(reason, 500)}${mended(candidate.mends?.[at])}`),
    ),
    `<sub>Measured by Draftsmith in a fresh work tree of exactly the published tree ${codeSpan(treeSha.slice(0, 10))}, sandbox: ${inline(sandbox)}. No model was asked.${repeat}</sub>`,
  ]
}

/** What became of a round's repair; it needs no word where it simply stood. */
function mended(mend: ModificationResult | undefined): string {
  if (mend === undefined) return ''
  const { status, repairs, reason } = mend
  if (status === 'done') return repairs.length === 0 ? '' : ` (${counted(repairs.length, 'repair')})`
  return ` — **not mended**${reason === undefined ? '' : `: ${inline(reason, 500)}`}`
}

/** A list that is read on demand; nothing where there is nothing in it. */
export function foldedList(title: string, lines: string[]): string[] {
  const list = lines.map((line) => `- ${line}`).join('\n')
  return lines.length === 0 ? [] : [folded(title, list)]
}

function tables(checks: CheckComparison[]): string[] {
  if (checks.length <= maxRows) return [table(checks)]
  const green = ({ before, after, regressed }: CheckComparison) => before.passed && after.passed && !regressed
  const shown = checks.filter((check) => !green(check) || check.name === 'test').slice(0, maxRows)
  const rest = checks.filter((check) => !shown.includes(check))
  const title = `${counted(rest.length, 'more check')}, ${rest.every(green) ? 'all green before and after' : 'not all of them green'}`
  return [table(shown), folded(title, table(rest))]
}

function table(checks: CheckComparison[]): string {
  return ['| check | before | after | time |', '|---|---|---|---|', ...checks.map(row)].join('\n')
}

function row({ line, before, after, regressed, required }: CheckComparison): string {
  const verdict = regressed ? '❌' : after.passed ? '✅' : '⚠️'
  const command = `${codeCell(line)}${required ? '' : ' (not required)'}`
  return `| ${command} | ${words(before)} | ${verdict} ${words(after)} | ${duration(after.durationMs)} |`
}

/** The exit code where it says more than the number of failed tests. */
function words(outcome: CheckOutcome): string {
  const unexplained = !outcome.passed && !outcome.timedOut && outcome.counts?.failed === 0
  return `${outcomeWords(outcome)}${unexplained ? ` (exit code ${outcome.exitCode ?? 'none'})` : ''}`
}

/** What was run without the change is told there, and not twice. */
function testNames(check: CheckComparison, reproduction: ReproductionEvidence | undefined): string[] {
  const { fixed, added, broken, stillFailing, flaky, findings, line } = check
  const told = new Set([
    ...fixed,
    ...(reproduction?.failsWithoutChange ?? []),
    ...(reproduction?.passesWithoutChange ?? []),
  ])
  return [
    ...named('**Broken by this change**', broken),
    ...named(`**New findings of** ${codeSpan(line)}`, findings?.added ?? []),
    ...named(
      'Failed before, passes now',
      fixed.filter((name) => !reproduction?.failsWithoutChange.includes(name)),
    ),
    ...named(
      'New',
      added.filter((name) => !told.has(name) && !broken.includes(name)),
    ),
    ...named('Failed before and still fails, not caused by this change', stillFailing),
    ...named('Flaky: failed and passed on the same tree', flaky),
  ]
}

/** Beside a test that shows the defect, one that passes without the change guards what worked; alone it shows nothing. */
function reproductionLines(reproduction: ReproductionEvidence | undefined): string[] {
  if (reproduction === undefined) return []
  const { failsWithoutChange, passesWithoutChange, exitCodes = [] } = reproduction
  const [guards, idle] = showsDefect(reproduction) ? [passesWithoutChange, []] : [[], passesWithoutChange]
  return [
    ...named('✅ Fails without this change, passes with it', failsWithoutChange),
    ...exitCodes.map(
      ({ line, without, with: changed, shows }) =>
        `${shows ? '✅' : '⚠️'} ${codeSpan(line)}: exit code ${without ?? 'none'} without this change, ${changed ?? 'none'} with it`,
    ),
    ...named('Passes without this change, too, and guards what works', guards),
    ...named('⚠️ Passes without this change, too, so it does not show the defect', idle),
  ]
}

/**
 * What follows on each criterion: its tests as they were measured, in a line of their own; nothing where nobody knows. Where each
 * has the same ones, their names stand in the evidence above and tell the criteria apart by nothing.
 */
export function testsByCriterion(criteria: CriterionEvidence[] = []): string[] {
  const namesOf = ({ shownBy, newTests }: CriterionEvidence) => [...shownBy, ...newTests].toSorted().join('\n')
  const [first, ...others] = criteria.map(namesOf)
  const same = first !== '' && others.length > 0 && others.every((names) => names === first)
  return criteria.map((criterion) => (same ? '\n  - Covered by the tests above, as planned' : testsOf(criterion)))
}

function testsOf({ shownBy, newTests }: CriterionEvidence): string {
  const lines = [
    ...named('✅ Fails without this change, passes with it', shownBy),
    ...named('New, and passes', newTests),
    ...(shownBy.length + newTests.length === 0 ? ['⚠️ No new test shows it'] : []),
  ]
  return lines.map((line) => `\n  - ${line}`).join('')
}

function named(title: string, names: string[]): string[] {
  if (names.length === 0) return []
  const more = names.length > maxNames ? `, and ${names.length - maxNames} more` : ''
  return [`${title}: ${names.slice(0, maxNames).map(codeSpan).join(', ')}${more}`]
}
