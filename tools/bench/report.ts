// The figures as data and as a table.
import { z } from 'zod'

const row = z.strictObject({
  part: z.string(),
  measure: z.string().describe('What was measured.'),
  on: z.string().describe('Database or sandbox it was measured on; empty where neither matters.'),
  value: z.number(),
  unit: z
    .enum(['ms', 's', 'MB', 'KB', 'characters', 'tokens', '%', 'count', 'a minute', 'times'])
    .describe('MB are 1,000,000 bytes, KB 1,000.'),
  goal: z.number().optional().describe('The value should be at most this.'),
  least: z.number().optional().describe('The value should be at least this.'),
  samples: z.int().min(0).describe('How many single measurements the value comes from.'),
})
export type Row = z.infer<typeof row>

/** What `npm run bench -- --json FILE` writes. */
export const benchReport = z.strictObject({
  version: z.string().describe("Draftsmith's own version."),
  at: z.string().describe('ISO 8601, when the benchmark began.'),
  machine: z.strictObject({
    processor: z.string(),
    cores: z.int(),
    memoryMB: z.int(),
    system: z.string(),
    node: z.string(),
    postgres: z.string().describe('Version of the server, or why there is none.'),
    sandbox: z.string(),
    loadBefore: z.array(z.number()).describe('Mean run queue over 1, 5 and 15 minutes before the first part.'),
    loadAfter: z.array(z.number()),
  }),
  rows: z.array(row),
})
export type BenchReport = z.infer<typeof benchReport>

/** For a terminal of 100 columns. */
export function renderReport({ machine, rows, version, at }: BenchReport): string {
  const table = [
    ['part', 'measure', 'on', 'value', 'goal', '', 'samples'],
    ...rows.map((one) => [
      one.part,
      one.measure,
      one.on,
      shown(one.value, one.unit),
      ...goalOf(one),
      String(one.samples),
    ]),
  ]
  const load = (values: number[]) => values.map((value) => value.toFixed(2)).join(' ')
  return [
    `Draftsmith ${version}, ${at}`,
    `${machine.cores} × ${machine.processor}, ${machine.memoryMB} MB, ${machine.system}, Node ${machine.node}`,
    `PostgreSQL: ${machine.postgres} · sandbox: ${machine.sandbox}`,
    `load before ${load(machine.loadBefore)}, after ${load(machine.loadAfter)} (1, 5, 15 minutes)`,
    '',
    ...aligned(table),
  ].join('\n')
}

/** What should be, and whether it is. */
function goalOf({ value, unit, goal, least }: Row): [string, string] {
  if (goal !== undefined) return [`≤ ${shown(goal, unit)}`, value <= goal ? 'met' : 'missed']
  return least === undefined ? ['', ''] : [`≥ ${shown(least, unit)}`, value >= least ? 'met' : 'missed']
}

function shown(value: number, unit: Row['unit']): string {
  const digits = Math.abs(value) >= 100 || unit === 'characters' || unit === 'tokens' || unit === 'count' ? 0 : 1
  return unit === 'count' ? value.toFixed(digits) : `${value.toFixed(digits)} ${unit}`
}

function aligned(table: string[][]): string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)))
  const rightOf = new Set([3, 4, 6])
  const line = (cells: string[]) =>
    cells
      .map((cell, column) =>
        rightOf.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  const [head = [], ...rest] = table.map(line)
  return [String(head), '─'.repeat(Math.max(...rest.map((text) => text.length), String(head).length)), ...rest]
}
