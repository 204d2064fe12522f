import { describe, expect, test } from 'vitest'
import type { StatusView } from '../../src/render/status-view.ts'
import { Progress } from '../../src/trace/progress.ts'

describe('progress', () => {
  test('tells nobody anything before it is allowed to', async () => {
    const { progress, shown, tick } = progressOf()
    await progress.began('screen')
    expect(shown).toEqual([])
    progress.unmute()
    tick()
    await progress.ended('screen', 'done', { note: 'from main at 1234567' })
    expect(shown).toHaveLength(1)
    expect(shown[0]?.stages[0]).toEqual({
      stage: 'screen',
      status: 'done',
      note: 'from main at 1234567',
      durationMs: 1_000,
    })
  })

  test('counts the time of a stage from its first step, and anew in each round', async () => {
    const { progress, shown, tick } = progressOf()
    progress.unmute()
    const timeOf = () => shown.at(-1)?.stages.find(({ stage }) => stage === 'prepare')?.durationMs
    await progress.began('prepare')
    tick()
    await progress.began('prepare')
    tick()
    await progress.ended('prepare', 'done')
    expect(timeOf()).toBe(2_000)
    await progress.began('prepare')
    tick()
    await progress.ended('prepare', 'done')
    expect(timeOf()).toBe(1_000)
  })

  test('after an answer, tells the steps before it with the times that they took then', async () => {
    const { progress, shown, tick } = progressOf()
    progress.unmute()
    progress.recall({ stages: [{ stage: 'prepare', status: 'done', durationMs: 42_000 }], answeredBy: 'mia' })
    for (const [stage, worked] of [
      ['prepare', false],
      ['explore', false],
      ['execute', true],
    ] as const) {
      await progress.began(stage, stage === 'execute' ? 1 : 0)
      tick()
      await progress.ended(stage, 'done', { worked })
    }
    const lines = new Map(shown.at(-1)?.stages.map((line) => [line.stage, line]))
    expect(lines.get('prepare')?.durationMs).toBe(42_000)
    expect(lines.get('explore')?.durationMs).toBeUndefined()
    expect(lines.get('execute')).toMatchObject({ durationMs: 1_000, round: 1 })
    expect(shown.at(-1)?.answeredBy).toBe('mia')
  })

  test('shows cost and last sign of life with every change', async () => {
    const { progress, shown, tick } = progressOf()
    progress.unmute()
    progress.limit(2)
    tick()
    progress.note('Twice is once.')
    progress.note('Twice is once.')
    await progress.planned([{ title: 'Mend it', path: 'src/a.js', status: 'pending' }])
    await progress.modification(0, 'running')
    expect(shown.at(-1)).toMatchObject({
      tokens: 120,
      usd: 0.5,
      maxUsd: 2,
      notes: ['Twice is once.'],
      plan: [{ path: 'src/a.js', status: 'running' }],
      at: '2026-01-01T00:00:01.000Z',
    })
  })

  test('closes what was under way with the outcome, and skips what never began', async () => {
    const { progress, shown } = progressOf()
    progress.unmute()
    await progress.ended('screen', 'done')
    await progress.began('normalize')
    await progress.settled({ kind: 'failed', code: 'x', reason: 'The provider is away.' })
    expect(shown.at(-1)?.state).toBe('ended')
    expect(
      shown
        .at(-1)
        ?.stages.map(({ status }) => status)
        .slice(0, 3),
    ).toEqual(['done', 'failed', 'skipped'])
  })

  test('keeps work that was not pushed, and what a plan came to, for the last word', async () => {
    const { progress, shown } = progressOf()
    progress.unmute()
    progress.keep('diff --git a/x b/x\n')
    progress.analyse({ summary: 's', changes: [], risk: 'high', risks: ['r'], checklist: [], title: 't' })
    await progress.settled({ kind: 'plan_only', reason: 'It needs approval.' })
    expect(shown.at(-1)).toMatchObject({ patch: 'diff --git a/x b/x\n', analysis: { summary: 's', risks: ['r'] } })
  })
})

function progressOf() {
  const shown: StatusView[] = []
  let seconds = 0
  const progress = new Progress({
    runId: 'r-0123456789',
    maxUsd: 5,
    ignored: [],
    issue: 12,
    now: () => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)),
    show: async (view) => void shown.push(view),
    spent: async () => ({
      tokens: 120,
      usd: 0.5,
      calls: 1,
      usage: { inputTokens: 100, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 20 },
    }),
  })
  const tick = () => {
    seconds += 1
  }
  return { progress, shown, tick }
}
