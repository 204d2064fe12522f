// What all rounds together tried to see a defect with, for the rule that declines what cannot be reproduced.
import type { Decline } from '../policy/decline.ts'
import { notReproducible } from '../policy/reproducible.ts'
import type { TaskContract } from '../task/contract.ts'
import { isProven, type Proof } from './feedback.ts'
import { type CheckComparison, showsDefect } from './report.ts'

/** Undefined where the work is proven, where the defect was seen, and where something else ended the attempts. */
export function notReproduced({ taskType }: TaskContract, proof: Proof): Decline | undefined {
  const { stopped } = proof.candidate
  if (isProven(proof) || (stopped !== undefined && stopped.kind !== 'gave_up')) return undefined
  const rounds = roundsOf(proof)
  return notReproducible({
    taskType,
    seen: rounds.some(sawIt),
    baseline: rounds.at(-1)?.report.checks.flatMap(onBase) ?? [],
    passing: rounds.flatMap(passing),
  })
}

/** The last one first. */
function roundsOf(proof: Proof): Proof[] {
  return proof.before === undefined ? [proof] : [proof, ...roundsOf(proof.before)]
}

function sawIt({ report: { reproduction, checks } }: Proof): boolean {
  return (reproduction !== undefined && showsDefect(reproduction)) || checks.some(({ fixed }) => fixed.length > 0)
}

function passing({ report: { reproduction }, candidate: { results, mends = [] } }: Proof): string[] {
  const named = [
    ...(reproduction?.passesWithoutChange ?? []),
    ...(reproduction?.exitCodes ?? []).filter(({ shows }) => !shows).map(({ line }) => line),
  ]
  if (named.length > 0) return named
  // Given up while it was written, such a test is in no tree that was verified.
  return [...results, ...mends]
    .filter(({ failures = [] }) => failures.at(-1) === 'not_shown')
    .map(({ modification }) => modification.path)
    .filter((path) => path !== '')
}

function onBase({ name, line, before }: CheckComparison): string[] {
  if (name !== 'test' || before.counts === undefined) return []
  const { passed, failed } = before.counts
  return [
    `${line}: ${passed} test${passed === 1 ? ' passes' : 's pass'}, ${failed === 0 ? 'none fails' : `${failed} fail${failed === 1 ? 's' : ''}`}`,
  ]
}
