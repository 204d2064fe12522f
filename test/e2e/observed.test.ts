// What whoever operates Draftsmith sees of one run: over two processes and a model that is overloaded for a while.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { refused } from '../support/messages-api.ts'
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts'
import { describePostgres } from '../support/postgres.ts'
import { createPlace, type ServiceInProcess, type ServicePlace, startService } from '../support/service.ts'
import { addRepository, heldAt, labelled, mended, repositoryOf, statusOf } from './fixture.ts'
import { github, model, withGitHub } from './with-service.ts'

let receiver: OtlpReceiver
let place: ServicePlace

describePostgres('on PostgreSQL', () => {
  withGitHub()
  beforeAll(async () => {
    ;[receiver, place] = await Promise.all([startOtlpReceiver(), createPlace('postgres')])
  })
  afterAll(async () => {
    await receiver?.[Symbol.asyncDispose]()
    await place?.dispose()
  })

  it('one trace and one sum, whatever happened on the way', async () => {
    const title = 'A defect that is watched'
    const { hold, reached, release } = heldAt('coder', 1)
    model.add(mended(title, { before: hold }))
    const repo = await addRepository(github)
    const first = await start()
    const number = await labelled(github, repo, { title })
    await reached
    await first.stop()
    release()

    let overloaded = 0
    const busy = refused(529, 'overloaded_error', 'busy', { 'x-should-retry': 'false' })
    model.fault = ({ role }) => (role === 'reviewer' && overloaded++ === 0 ? busy : undefined)
    const second = await start()
    const { runId } = await second.logged(({ end }) => end === 'pull_request')
    const figures = await figuresOf(second)
    await second.stop()

    const traceId = receiver.spans.find(({ name }) => name === 'run')?.traceId
    expect(await statusOf(github, { repo, number })).toContain(`run \`${runId}\` · trace \`${traceId}\``)
    expect((await repositoryOf(github, repo)).pullRequests[0]?.body).toContain(`Trace \`${traceId}\``)
    expectOneTrace(receiver, String(runId))
    // The call that the first process was in, and the one that was refused, are the only ones that were made again.
    expect(named('chat claude-sonnet-5-5').map(({ attributes }) => attributes['gen_ai.agent.name'])).toEqual([
      ...['analyst', 'planner', 'coder', 'coder', 'coder', 'reviewer', 'reviewer'],
    ])
    expect(figures).toMatchObject({
      'draftsmith_runs_total{outcome="pull_request"}': 1,
      'draftsmith_runs{state="running"}': 0,
      'draftsmith_model_calls_total{role="coder"}': 2,
      'draftsmith_model_calls_total{role="reviewer"}': 1,
      'draftsmith_process_model_failures_total{code="model_overloaded"}': 1,
      'draftsmith_process_stage_seconds_count{stage="judge",result="interrupted"}': 1,
      'draftsmith_process_stage_seconds_count{stage="judge",result="done"}': 1,
    })
    // What answers told of the installation's calls has come to the database.
    expect(figures.draftsmith_github_budget_left_ratio).toBeLessThan(1)
    expect(figures).not.toHaveProperty('draftsmith_process_stage_seconds_count{stage="plan",result="done"}')
  })
})

function start(): Promise<ServiceInProcess> {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }
  return startService({ github, model, place, sandbox: 'none', env })
}

const named = (name: string) => receiver.spans.filter((span) => span.name === name)

function expectOneTrace({ spans, bodies }: OtlpReceiver, runId: string): void {
  const [root, ...others] = named('run')
  expect(others).toEqual([])
  expect(root?.attributes).toMatchObject({ 'draftsmith.run.id': runId, 'draftsmith.run.outcome': 'pull_request' })
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([root?.traceId]))
  const known = new Set(spans.map(({ spanId }) => spanId))
  for (const { name, parentSpanId } of spans) if (name !== 'run') expect(known).toContain(parentSpanId)
  const stages = spans.filter(({ name }) => name.startsWith('stage '))
  expect(new Set(stages.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([root?.spanId]))
  expect(new Set(stages.map(({ attributes }) => attributes['draftsmith.stage']))).toEqual(
    new Set(['screen', 'normalize', 'gate', 'prepare', 'explore', 'plan', 'execute', 'verify', 'judge', 'publish']),
  )
  expect(named('command').length).toBeGreaterThan(2)
  expect(bodies.join()).not.toContain('formatMoney')
}

async function figuresOf({ url }: ServiceInProcess): Promise<Record<string, number>> {
  const body = await (await fetch(`${url}/metrics`)).text()
  const lines = body.split('\n').filter((line) => line.startsWith('draftsmith_'))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}
