// The benchmark's parts start, run on real parts and give their figures. No figure is judged here: how fast a machine is, is no test.
import { readFileSync } from 'node:fs'
import { describe, expect, inject, it } from 'vitest'
import { questions } from '../../tools/bench/ledger-questions.ts'
import { ownTimes } from '../../tools/bench/own-time.ts'
import type { DatabaseKind, Settings } from '../../tools/bench/part.ts'
import { PromptCache } from '../../tools/bench/prompt-cache.ts'
import { benchReport, type Row, renderReport } from '../../tools/bench/report.ts'
import { parts, runParts } from '../../tools/bench/run-parts.ts'
import { median, percentile } from '../../tools/bench/statistics.ts'
import { weighted } from '../../tools/bench/two-file-bug.ts'
import { podmanPrograms } from '../support/podman.ts'
import { describePostgres } from '../support/postgres.ts'
import { findProgram } from '../support/system.ts'

const tiny: Settings = {
  webhook: { seconds: 1, perSecond: 8, modelDelayMs: 60 },
  ownTime: { turns: 6 },
  memory: { idleSeconds: 0 },
  sandbox: { commands: 2 },
  clone: { commits: 50, times: 2 },
  start: { times: 1 },
  firstComment: { times: 1 },
  recovery: { times: 1 },
  throughput: { concurrent: [2], leastRuns: 2 },
  growth: { runs: [20, 60], whole: 20, times: 2 },
}

const measure = (names: string[], on: DatabaseKind, postgresServer?: string) => {
  const wanted = parts.filter(({ name }) => names.includes(name))
  return runParts({ parts: wanted, settings: tiny, postgresServer, databases: [on], say: () => {} })
}
const rowsOf = (rows: Row[]) => rows.map(({ part, measure, on, samples }) => [part, measure, on, samples])

describe('the parts of the benchmark', { timeout: 400_000 }, () => {
  it('webhook: every delivery is answered while runs are at work', async () => {
    const { rows } = await measure(['webhook'], 'embedded')
    expect(rowsOf(rows).slice(0, 3)).toEqual([
      ['webhook', 'answered, median', 'embedded', 8],
      ['webhook', 'answered, p99', 'embedded', 8],
      ['webhook', 'answered, longest', 'embedded', 8],
    ])
    expect(rows.find(({ measure }) => measure === 'not answered 200')?.value).toBe(0)
  })

  it('own-time, prompt and bug: whole runs, each turn timed, cache and characters told from the bytes', async () => {
    const { rows } = await measure(['own-time', 'prompt', 'bug'], 'embedded')
    expect(rowsOf(rows)).toEqual([
      ['own-time', 'reply to next request, median', 'embedded', 6],
      ['own-time', 'reply to next request, p95', 'embedded', 6],
      ['prompt', 'coder: system', '', 1],
      ['prompt', 'coder: tools', '', 1],
      ['prompt', 'coder: system and tools', '', 1],
      ['prompt', 'coder: first message', '', 1],
      ['prompt', 'coder: read from the cache', '', 8],
      ['prompt', 'whole run: read from the cache', '', 11],
      ['bug', 'all requests', '', 5],
      ['bug', 'weighted', '', 5],
      ['bug', 'model calls', '', 5],
    ])
    expect(rows.every(({ value }) => value > 0)).toBe(true)
  })

  it('first-comment and recovery: an answer to a label, and a run that goes on after a crash', async () => {
    const { rows } = await measure(['first-comment', 'recovery'], 'embedded')
    expect(rowsOf(rows)).toEqual([
      ['first-comment', 'label to comment, median', 'embedded', 1],
      ['first-comment', 'label to comment, longest', 'embedded', 1],
      ['recovery', 'killed, started again at once, median', 'embedded', 1],
      ['recovery', 'killed, started again at once, longest', 'embedded', 1],
    ])
    expect(rows.every(({ value }) => value > 0)).toBe(true)
  })

  it('clone: a fresh one, and work trees from the mirror', async () => {
    const { rows } = await measure(['clone'], 'embedded')
    expect(rowsOf(rows)).toEqual([
      ['clone', 'fresh clone with its files, median', '', 2],
      ['clone', 'first work tree, which makes the mirror', '', 1],
      ['clone', 'later work tree, median', '', 2],
      ['clone', 'later work tree, of a fresh clone', '', 2],
    ])
    expect(rows.every(({ value }) => value > 0)).toBe(true)
  })

  it('sandbox: a command in each, and the report is as its schema says', async () => {
    const report = await measure(['sandbox'], 'embedded')
    expect(benchReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report)
    const walls = report.machine.sandbox === 'bubblewrap' ? ['bubblewrap'] : []
    const podman = podmanPrograms.every(findProgram) ? ['podman'] : []
    expect([...new Set(report.rows.map(({ on }) => on))]).toEqual(['bare process', 'none', ...walls, ...podman])
    expect(report.rows.every(({ value }) => value > 0)).toBe(true)
  })
})

describePostgres('the parts of the benchmark on PostgreSQL', () => {
  it('growth and throughput: runs that end, and a ledger filled with copies of one', { timeout: 400_000 }, async () => {
    const { rows } = await measure(['throughput', 'growth'], 'postgres', inject('postgresUrl'))
    expect(rowsOf(rows).slice(0, 5)).toEqual([
      ['throughput', 'runs, 2 at once', 'postgres', 2],
      ['throughput', 'runs to those with 2 at once, 2 at once', 'postgres', 2],
      ['throughput', 'not a pull request, 2 at once', 'postgres', 2],
      ['throughput', 'processor time a run, 2 at once', 'postgres', 2],
      ['throughput', 'memory, 2 at once', 'postgres', 2],
    ])
    expect(rows.slice(1, 3).map(({ value }) => value)).toEqual([1, 0])
    const asked = questions.map(({ what }) => what)
    expect(rows.slice(5).map(({ measure: told }) => told)).toEqual([
      ...['database', 'a run', ...asked, 'memory'].map((what) => `${what}, 20 runs`),
      ...['database', ...asked, 'memory'].map((what) => `${what}, 60 runs`),
    ])
  })

  it('memory and start: a service on a database of its own', { timeout: 180_000 }, async () => {
    const { rows, machine } = await measure(['memory', 'start'], 'postgres', inject('postgresUrl'))
    expect(rowsOf(rows)).toEqual([
      ['memory', 'idle for 0 s after its start', 'postgres', 1],
      ['start', 'ready, new database', 'postgres', 1],
      ['start', 'ready, existing database', 'postgres', 1],
    ])
    expect(rows.every(({ value }) => value > 0)).toBe(true)
    expect(machine.postgres).toMatch(/^\d+/)
  })
})

describe('figures', () => {
  it('are samples that were measured, by nearest rank', () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect([median(samples), percentile(samples, 0.99), percentile(samples, 1)]).toEqual([50, 99, 100])
    expect(percentile([], 0.5)).toBeNaN()
  })

  it('leave out the time in which commands of the repository ran, and the change from one role to the next', () => {
    const exchange = (role: 'planner' | 'coder', calls: string[], arrivedAt: number, answeredAt: number) => ({
      ...{ role, calls, arrivedAt, answeredAt, systemCharacters: 0, toolsCharacters: 0 },
      ...{ requestCharacters: 0, outputTokens: 0 },
      cache: { read: 0, written: 0, plain: 0 },
    })
    const times = ownTimes([
      exchange('planner', ['read_file'], 0, 10),
      exchange('coder', ['read_file', 'search'], 20, 30),
      exchange('coder', ['edit_file', 'done'], 37, 40),
      exchange('coder', ['edit_file'], 500, 510),
    ])
    expect(times).toEqual([7])
  })

  it('weigh a tenth of what the cache answers, and five times what is written', () => {
    const cache = { read: 4_000, written: 400, plain: 40 }
    expect(weighted({ cache, outputTokens: 10 })).toBe(100 + 125 + 12.5 + 50)
  })

  it('of the cache are those prefixes that an earlier request had marked, when they are long enough', () => {
    const cache = new PromptCache()
    const mark = { cache_control: { type: 'ephemeral' } }
    const long = { type: 'text', text: 'x'.repeat(5_000) }
    const first = cache.use({ messages: [{ role: 'user', content: [{ ...long, ...mark }] }] })
    expect(first).toMatchObject({ read: 0, plain: 0 })
    const next = [
      { role: 'user', content: [{ ...long, ...mark }] },
      { role: 'assistant', content: [{ type: 'text', text: 'yes' }] },
    ]
    const second = cache.use({ messages: next })
    expect(second).toMatchObject({ read: first.written, written: 0 })
    expect(second.plain).toBeGreaterThan(0)
    const short = { messages: [{ role: 'user', content: [{ type: 'text', text: 'short', ...mark }] }] }
    expect([cache.use(short).written, cache.use(short).read]).toEqual([0, 0])
  })

  it('stand in a table with their goals and what the machine did besides', () => {
    const text = renderReport({
      version: '1.2.3',
      at: '2026-01-02T03:04:05.000Z',
      machine: {
        ...{ processor: 'Z80', cores: 2, memoryMB: 64, system: 'Linux 6', node: '24.0.0' },
        ...{ postgres: '15.1', sandbox: 'bubblewrap', loadBefore: [0.5, 1, 2], loadAfter: [1, 1, 2] },
      },
      rows: [
        { part: 'memory', measure: 'idle', on: 'postgres', value: 151.2, unit: 'MB', goal: 150, samples: 1 },
        { part: 'webhook', measure: 'p99', on: 'embedded', value: 9.96, unit: 'ms', goal: 100, samples: 1_000 },
        { part: 'prompt', measure: 'cache', on: '', value: 91.5, unit: '%', least: 90, samples: 22 },
      ],
    })
    expect(text).toContain('load before 0.50 1.00 2.00, after 1.00 1.00 2.00')
    expect(text).toMatch(/memory +idle +postgres +151 MB +≤ 150 MB +missed +1\n/)
    expect(text).toMatch(/webhook +p99 +embedded +10\.0 ms +≤ 100 ms +met +1000\n/)
    expect(text).toMatch(/prompt +cache +91\.5 % +≥ 90\.0 % +met +22$/)
  })
})

it('is the command that package.json names', () => {
  const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(scripts.bench).toBe('node tools/bench.ts')
})
