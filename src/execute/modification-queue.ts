// Which modification is worked on, which stand, which fell. Pure bookkeeping; execute-plan.ts acts on it.
import type { Modification } from '../plan/plan.ts'
import type { ModificationResult, RepairKind } from './candidate.ts'
import type { FailureKind } from './near-checks.ts'

export class ModificationQueue {
  readonly #waiting: Modification[]
  readonly #results: ModificationResult[] = []
  #repairs: RepairKind[] = []
  #failures: FailureKind[] = []

  /** `modifications` in the order in which they are carried out. */
  constructor(modifications: Modification[]) {
    this.#waiting = [...modifications]
  }

  /** The one under way; undefined when all are settled. */
  get current(): Modification | undefined {
    return this.#waiting[0]
  }

  get waiting(): readonly Modification[] {
    return this.#waiting
  }

  get results(): ModificationResult[] {
    return [...this.#results]
  }

  /** Repairs tried on the current modification. */
  get repairs(): readonly RepairKind[] {
    return this.#repairs
  }

  /** An attempt at the current modification did not stand. */
  refused(kind: FailureKind): void {
    this.#failures.push(kind)
  }

  repaired(kind: RepairKind): void {
    this.#repairs.push(kind)
  }

  done(treeSha: string): void {
    this.#settle({ status: 'done', treeSha })
  }

  /** What depends on it cannot stand either and is skipped. */
  failed(reason: string, treeSha: string): void {
    const failed = this.current
    this.#settle({ status: 'failed', reason, treeSha })
    const lost = new Set(failed ? [failed.id] : [])
    for (let at = 0; at < this.#waiting.length; ) {
      const candidate = this.#waiting[at]
      if (candidate === undefined || !candidate.dependsOn.some((id) => lost.has(id))) {
        at += 1
        continue
      }
      lost.add(candidate.id)
      this.#waiting.splice(at, 1)
      this.#results.push({
        modification: candidate,
        status: 'skipped',
        repairs: [],
        reason: `depends on ${failed?.id}`,
        treeSha,
      })
      at = 0
    }
  }

  /** Nothing more is done: what waits is skipped. */
  stop(reason: string, treeSha: string): void {
    for (const modification of this.#waiting.splice(0))
      this.#results.push({ modification, status: 'skipped', repairs: [], reason, treeSha })
  }

  #settle(end: Pick<ModificationResult, 'status' | 'reason' | 'treeSha'>): void {
    const modification = this.#waiting.shift()
    const failures = this.#failures.length > 0 && { failures: this.#failures }
    if (modification) this.#results.push({ modification, repairs: this.#repairs, ...failures, ...end })
    this.#repairs = []
    this.#failures = []
  }
}

/** Of a plan's modifications those that nothing has settled: neither done nor failed, nor lost with one that failed. */
export function openModifications(planned: Modification[], results: ModificationResult[] = []): Modification[] {
  const settled = new Set(results.filter(({ status }) => status === 'done').map(({ modification }) => modification.id))
  const lost = new Set(results.filter(({ status }) => status === 'failed').map(({ modification }) => modification.id))
  // In order, so that what a modification depends on is known before it.
  for (const { id, dependsOn } of planned) if (dependsOn.some((other) => lost.has(other))) lost.add(id)
  return planned.filter(({ id }) => !settled.has(id) && !lost.has(id))
}
