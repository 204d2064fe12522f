// Whether measuring again gave the same: check by check, by exit code and by the names of tests. Times are not compared.
import { outcomeWords } from '../render/outcome-words.ts'
import type { CheckEvidence, Evidence, NameList } from './evidence.ts'

export interface EvidenceComparison {
  /** `test (npm test)`, or what else was measured. */
  what: string
  result: 'same' | 'different' | 'not_repeated'
  /** What was measured here, in words; empty where nothing was. */
  here: string
  /** One line each; empty where it is the same. */
  differences: string[]
}

/** Every check of the recorded evidence, in its order, then the tests without the change, and what all of it is said to come to. */
export function compareEvidence(recorded: Evidence, repeated: Evidence): EvidenceComparison[] {
  const pairs = recorded.checks.map((check) => [check, repeated.checks.find(({ id }) => id === check.id)] as const)
  return [
    ...pairs.map(([check, again]) => (again === undefined ? notFound(check) : compareCheck(check, again))),
    ...compareReproduction(recorded.reproduction, repeated.reproduction),
    ...compareConclusion(recorded, repeated),
  ]
}

/** Evidence may leave out the check that fails, or call its own figures verified: what is measured here decides. */
function compareConclusion(recorded: Evidence, repeated: Evidence): EvidenceComparison[] {
  if (!recorded.verified || repeated.verified) return []
  const broken = repeated.checks.filter(({ required, regressed }) => required && regressed).map(({ id }) => id)
  const difference = `recorded verified; here not: ${broken.join(', ') || 'nothing could be measured'}`
  return [comparison('the conclusion', 'not verified', [difference])]
}

function notFound(check: CheckEvidence): EvidenceComparison {
  return {
    what: `${check.id} (${check.line})`,
    result: 'not_repeated',
    here: '',
    differences: ['this version of Draftsmith finds no such check at the base commit'],
  }
}

function compareCheck(recorded: CheckEvidence, repeated: CheckEvidence): EvidenceComparison {
  const flaky = new Set([...recorded.flaky.names, ...repeated.flaky.names])
  const unsteady = recorded.flaky.count + repeated.flaky.count > 0
  return comparison(
    `${recorded.id} (${recorded.line})`,
    `${outcomeWords(repeated.before)} → ${outcomeWords(repeated.after)}`,
    [
      ...compareOutcomes('before the change', recorded.before, repeated.before, unsteady),
      ...compareOutcomes('after it', recorded.after, repeated.after, unsteady),
      ...(recorded.regressed === repeated.regressed
        ? []
        : [
            repeated.regressed
              ? 'it counts as broken by the change here only'
              : 'it counts as broken by the change there only',
          ]),
      ...compareNames('broken', recorded.broken, repeated.broken, flaky),
      ...compareNames('mended', recorded.fixed, repeated.fixed, flaky),
      ...compareNames('new', recorded.added, repeated.added, flaky),
      ...compareNames('failing as before', recorded.stillFailing, repeated.stillFailing, flaky),
      ...compareFindings(recorded.findings, repeated.findings),
    ],
  )
}

type Outcome = CheckEvidence['before']

/** Where tests are flaky, their number must agree and no more. */
function compareOutcomes(when: string, recorded: Outcome, repeated: Outcome, unsteady: boolean): string[] {
  const key = ({ exitCode, timedOut, counts }: Outcome) =>
    JSON.stringify(unsteady ? total(counts) : [exitCode, timedOut, counts?.passed, counts?.failed, counts?.skipped])
  if (key(recorded) === key(repeated)) return []
  return [`${when}: recorded ${withExitCode(recorded)}; here ${withExitCode(repeated)}`]
}

function total(counts: Outcome['counts']): number | undefined {
  return counts && counts.passed + counts.failed + counts.skipped
}

function withExitCode(outcome: Outcome): string {
  const words = outcomeWords(outcome)
  return words.includes('exit code') ? words : `${words} (exit code ${outcome.exitCode ?? 'none'})`
}

/** By name where both sides have them all, else by count. */
function compareNames(what: string, recorded: NameList, repeated: NameList, except = new Set<string>()): string[] {
  const whole = [recorded, repeated].every(({ count, names }) => count === names.length)
  if (!whole)
    return recorded.count === repeated.count || except.size > 0
      ? []
      : [`${what}: recorded ${recorded.count}, here ${repeated.count}`]
  const there = new Set(recorded.names)
  const here = new Set(repeated.names)
  const only = (from: Set<string>, other: Set<string>) =>
    [...from].filter((name) => !other.has(name) && !except.has(name))
  return [
    ...only(there, here).map((name) => `${what} there only: ${name}`),
    ...only(here, there).map((name) => `${what} here only: ${name}`),
  ]
}

/** Evidence of older versions holds none: then there is nothing to compare with. */
function compareFindings(recorded: CheckEvidence['findings'], repeated: CheckEvidence['findings']): string[] {
  if (recorded === undefined) return []
  if (repeated === undefined) return ['what it finds is told there only']
  const known = `recorded ${recorded.known}, here ${repeated.known}`
  return [
    ...compareNames('new finding', recorded.added, repeated.added),
    ...(recorded.known === repeated.known ? [] : [`found as before: ${known}`]),
  ]
}

function compareReproduction(
  recorded: Evidence['reproduction'],
  repeated: Evidence['reproduction'],
): EvidenceComparison[] {
  const what = 'the changed tests without the change'
  if (recorded === undefined) return []
  if (repeated === undefined)
    return [
      { what, result: 'not_repeated', here: '', differences: ['the tests could not be run without the change here'] },
    ]
  const { failsWithoutChange, passesWithoutChange, exitCodes } = repeated
  const shown = failsWithoutChange.count + exitCodes.filter(({ shows }) => shows).length
  return [
    comparison(what, `${shown} fail${shown === 1 ? 's' : ''}`, [
      ...compareNames('fails without the change', recorded.failsWithoutChange, failsWithoutChange),
      ...compareNames('passes without the change', recorded.passesWithoutChange, passesWithoutChange),
      ...compareExitCodes(recorded.exitCodes, exitCodes),
    ]),
  ]
}

type ExitCodes = NonNullable<Evidence['reproduction']>['exitCodes']

function compareExitCodes(recorded: ExitCodes, repeated: ExitCodes): string[] {
  return recorded.flatMap(({ line, ...codes }) => {
    const again = repeated.find((each) => each.line === line)
    if (again?.without === codes.without && again.with === codes.with) return []
    const words = ({ without, with: changed }: { without: number | null; with: number | null }) =>
      `exit code ${without ?? 'none'} without, ${changed ?? 'none'} with the change`
    return [`${line}: recorded ${words(codes)}; here ${again === undefined ? 'not run' : words(again)}`]
  })
}

function comparison(what: string, here: string, differences: string[]): EvidenceComparison {
  return { what, result: differences.length === 0 ? 'same' : 'different', here, differences }
}

/** Every check, where none could be run here. */
export function notRepeated({ checks }: Evidence, reason: string): EvidenceComparison[] {
  return checks.map(({ id, line }) => ({
    what: `${id} (${line})`,
    result: 'not_repeated',
    here: '',
    differences: [reason],
  }))
}
