import type { Deeds } from './director.ts'
import type { FaultCount } from './faults.ts'

export interface ChaosResult {
  on: string
  seed: number
  issues: number
  outcomes: Record<string, number>
  deeds: Deeds
  faults: FaultCount
  deliveries: number
  seconds: number
  /** Processes that ended by themselves. */
  fallen: string[]
  losses: string[]
}

/** A column a database. */
export function renderChaos(results: ChaosResult[]): string {
  const rows: [string, (result: ChaosResult) => string | number][] = [
    ['labelled issues', ({ issues }) => issues],
    [
      'how they ended',
      ({ outcomes }) =>
        Object.entries(outcomes)
          .map(([end, count]) => `${count} ${end}`)
          .join(', '),
    ],
    ['webhooks delivered', ({ deliveries }) => deliveries],
    ['processes killed', ({ deeds }) => deeds.crashes],
    ['processes frozen', ({ deeds }) => deeds.freezes],
    ['crashes of the database', ({ deeds }) => deeds.databaseCrashes],
    ['network cut', ({ deeds }) => deeds.cuts],
    ['calls of GitHub that failed', ({ faults }) => faults.github],
    ['calls of the model that failed', ({ faults }) => faults.model],
    ['processes that fell by themselves', ({ fallen }) => fallen.length],
    ['lost', ({ losses }) => losses.length],
    ['seconds', ({ seconds }) => seconds],
    ['seed', ({ seed }) => seed],
  ]
  const cells = [
    ['', ...results.map(({ on }) => on)],
    ...rows.map(([name, value]) => [name, ...results.map((each) => String(value(each)))]),
  ]
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const table = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  const said = results.flatMap(({ on, losses, fallen }) => [
    ...losses.map((loss) => `✗ ${on}: ${loss}`),
    ...fallen.map((each) => `! ${on}: ${each}`),
  ])
  return [...table, ...(said.length > 0 ? ['', ...said] : [])].join('\n')
}
