// Around the work of a stage: a span, and how long it took.
import type { Stage } from '../run/run.ts'
import type { Spans } from './spans.ts'

export interface StageAt<T> {
  stage: Stage
  round: number
  /** Whether what it came to ends the run or sends it back. */
  failed(value: T): boolean
}

/** Called around work that is really done; what is answered from the record is not seen. */
export type WatchStage = <T>(at: StageAt<T>, work: () => Promise<T>) => Promise<T>

/** `interrupted`: it threw, and another attempt or the end of the run follows. */
export type StageResult = 'done' | 'failed' | 'interrupted'

export interface StageWatch {
  spans: Pick<Spans, 'around'>
  ended?(stage: { stage: Stage; seconds: number; result: StageResult }): void
}

export function watchStages({ spans, ended }: StageWatch): WatchStage {
  return ({ stage, round, failed }, work) => {
    const attributes = { 'draftsmith.stage': stage, 'draftsmith.round': round }
    return spans.around({ name: `stage ${stage}`, attributes }, async (tell) => {
      const startedAt = performance.now()
      let result: StageResult = 'interrupted'
      try {
        const value = await work()
        result = failed(value) ? 'failed' : 'done'
        return value
      } finally {
        tell({ 'draftsmith.stage.result': result })
        ended?.({ stage, seconds: (performance.now() - startedAt) / 1_000, result })
      }
    })
  }
}
