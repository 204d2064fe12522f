import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Fault } from '../src/errors.ts'
import { defaultCeilings } from '../src/policy/policy.ts'
import type { StatusView } from '../src/render/status-view.ts'
import type { ClaimedRun, StageKey } from '../src/run/ledger.ts'
import type { Outcome } from '../src/run/outcome.ts'
import type { Waiting } from '../src/run/question.ts'
import { stages } from '../src/run/run.ts'
import { createBubblewrapSandbox } from '../src/sandbox/bubblewrap-sandbox.ts'
import { createNoneSandbox } from '../src/sandbox/none-sandbox.ts'
import type { Sandbox } from '../src/sandbox/sandbox.ts'
import { createTaskRunner } from '../src/task-runner.ts'
import { addTest, breakTotal, done, edit, mendTotal, propose, understood } from './support/fixture-shop.ts'
import { type Lab, type OpenRequest, openLab } from './support/run-context.ts'
import { call, type Scripted, ScriptedModel, text } from './support/scripted-model.ts'
import { requirePackage } from './support/system.ts'

let lab: Lab
beforeAll(async () => {
  lab = await openLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

const json = (value: unknown) => [text(JSON.stringify(value))]
const noObjections = json({ objections: [], remarks: [] })

/** Every reply of a run that fixes the defect, after one repair and one objection. */
const wholeRun = (): Scripted[] => [
  json(understood),
  [call('read_file', { path: 'src/total.js' }), propose()],
  [breakTotal(), done('Sum up.')],
  [edit('src/total.js', 'price, 1', 'price, 0'), mendTotal(), done('From zero.')],
  [addTest(), done('A test for it.')],
  json({
    objections: [{ about: 'test_integrity', path: 'test/total.test.js', message: 'Say it shorter.' }],
    remarks: [],
  }),
  [edit('test/total.test.js', 'counts every price', 'counts all'), done('Shorter.')],
  noObjections,
]
const shortRun = (): Scripted[] => [
  json(understood),
  [propose()],
  [mendTotal(), done('Every price.'), addTest(), done('A test for it.')],
  noObjections,
]

describe('a task', () => {
  test('goes from the issue to a draft pull request', async () => {
    const { outcome, host, model, run } = await execute({ script: wholeRun() })
    expect(outcome).toMatchObject({ kind: 'pull_request', publication: { branch: 'agent/issue-1' } })
    expect(model.left).toBe(0)
    expect(host.lastView.stages.map(({ stage, status }) => [stage, status])).toEqual(
      stages.map((stage) => [stage, 'done']),
    )
    expect(host.lastView).toMatchObject({ state: 'ended', outcome: { kind: 'pull_request' } })
    expect(host.lastView.plan.map(({ status }) => status)).toEqual(['done', 'done'])
    expect(host.published[0]?.patch).toContain("+test('counts all'")
    expect(host.revoked).toBe(host.clones)
    await expectNothingLeft(run.claimed)
  })

  test('whose label came from somebody without write access is not spoken of', async () => {
    const { outcome, host, model } = await execute({ inspection: { kind: 'silent', reason: 'no write access' } })
    expect(outcome).toEqual({ kind: 'cancelled', reason: 'no write access' })
    expect([host.views, host.clones, model.requests]).toEqual([[], 0, []])
  })

  test('that the screen declines costs nothing and clones nothing', async () => {
    const { outcome, host, model } = await execute({ task: { body: ' ', title: ' ' } })
    expect(outcome).toMatchObject({ kind: 'declined', decline: { code: 'issue_empty' } })
    expect([host.clones, model.requests]).toEqual([0, []])
    expect(host.lastView.outcome?.kind).toBe('declined')
  })

  test('under a broken policy is told the place of every problem', async () => {
    const { outcome } = await execute({ facts: { policyText: 'checks: {}\nlimit: 3\n' } })
    expect(outcome).toMatchObject({ kind: 'declined', decline: { code: 'policy_invalid' } })
    expect(JSON.stringify(outcome)).toContain('line 2, column 1')
  })

  test('that asks for a protected path alone is declined after one call', async () => {
    const asks = { ...understood, affectedFiles: ['.github/workflows/ci.yml'] }
    const { outcome, host } = await execute({ script: [json(asks)] })
    expect(outcome).toMatchObject({ kind: 'declined', decline: { code: 'protected_path' } })
    expect(host.clones).toBe(0)
  })

  test('that is objected to twice ends unverified, its work on a branch', async () => {
    const objection = { about: 'intent', path: 'src/total.js', message: 'Prices may be text.' }
    const objects = json({ objections: [objection], remarks: [] })
    const { outcome, host, model } = await execute({
      script: [
        ...shortRun().slice(0, 3),
        objects,
        [edit('test/total.test.js', 'counts every price', 'counts all'), done('Shorter.')],
        objects,
      ],
    })
    expect(outcome).toMatchObject({
      kind: 'unverified',
      reason: 'The reviewer objects to `src/total.js`: Prices may be text.',
    })
    expect(host.published.map(({ form, verified }) => [form, verified])).toEqual([['branch', false]])
    expect(model.left).toBe(0)
  })

  test('whose checks never pass ends unverified after the rounds of the policy', async () => {
    const format = '"grep -q slice src/total.js"'
    const { outcome, host, model } = await execute({
      policy: `checks: { test: node --test, targetedTest: "node --test {files}", format: ${format} }\nlimits: { verifyRounds: 2 }`,
      script: [
        ...shortRun().slice(0, 2),
        [mendTotal(), done('Sum.'), addTest(), done('A test.')],
        [edit('src/total.js', 'export function', '// Every price.\nexport function'), done('A comment.')],
      ],
    })
    expect(outcome).toMatchObject({
      kind: 'unverified',
      reason: 'format (grep -q slice src/total.js) ended with exit code 1.',
    })
    expect(host.published[0]?.form).toBe('branch')
    expect(model.left).toBe(0)
  })

  test('whose tests never show the defect is declined', async () => {
    const idle = edit('test/total.test.js', "test('an empty list", "test('one', () => {})\n\ntest('an empty list")
    const { outcome, model } = await execute({
      policy: 'limits: { verifyRounds: 2, repairs: 0 }',
      script: [
        ...shortRun().slice(0, 2),
        [mendTotal(), done('Sum.'), idle, done('Idle.')],
        [idle, done('Idle still.')],
      ],
    })
    expect(outcome).toMatchObject({ kind: 'declined', decline: { code: 'not_reproducible' } })
    expect(model.left).toBe(0)
  })
})

describe('a run goes on', () => {
  test.each([
    ['before each record is written', { written: false, script: shortRun }],
    ['after each record is written', { written: true, script: wholeRun }],
  ])(
    'when the process dies %s, with the same end and no call paid twice',
    async (_, { written, script }) => {
      const whole = await execute({ script: script() })
      const { run, host } = await lab.open()
      const { id: runId } = run.claimed.run
      const model = new ScriptedModel(script())
      const died = new Set<string>()
      const attempt = async () => {
        const { run: again, runnerOptions } = await lab.open({
          runId,
          model,
          host,
          claim: (c) => dyingAt(c, { died, written }),
        })
        return createTaskRunner(runnerOptions).execute(again.claimed, never)
      }
      let outcome: Outcome | Waiting | 'died' = 'died'
      while (outcome === 'died') outcome = await attempt().catch(whetherDied)

      expect(outcome).toEqual(whole.outcome)
      expect(stages.filter((stage) => ![...died].some((key) => key.startsWith(`${stage} 0`)))).toEqual([])
      expect(model.left).toBe(0)
      expect(await lab.ledger.modelCalls(runId)).toHaveLength(script().length)
      // The host finds before it creates, so that the second call before the record makes nothing new.
      const trees = host.published.map(({ treeSha }) => treeSha)
      expect(trees).toEqual(Array(written ? 1 : 2).fill(whole.host.published[0]?.treeSha))
      expect(host.published[0]?.patch).toBe(whole.host.published[0]?.patch)
    },
    90_000,
  )

  test('with what people were told, also when the plan is carried out already', async () => {
    const first = await lab.open({
      script: shortRun(),
      claim: (claimed) => dyingAt(claimed, { only: 'execute' }),
    })
    const { run, model, host } = first
    await expect(createTaskRunner(first.runnerOptions).execute(run.claimed, never)).rejects.toThrow('died')
    const second = await execute({ runId: run.claimed.run.id, model, host })
    expect(second.host.lastView.plan.map(({ status }) => status)).toEqual(['done', 'done'])
  })

  test('but a dependency that can no longer be installed is tried again later, and no reason to decline', async () => {
    const marker = join(lab.folder, 'registry-is-away')
    const policy = `checks: { install: "test ! -e ${marker}", test: node --test, targetedTest: "node --test {files}" }`
    const first = await lab.open({
      policy,
      script: shortRun(),
      claim: (claimed) => dyingAt(claimed, { only: 'plan' }),
    })
    await expect(createTaskRunner(first.runnerOptions).execute(first.run.claimed, never)).rejects.toThrow('died')
    await writeFile(marker, '')
    const away = await lab.open({ policy, model: first.model, runId: first.run.claimed.run.id })
    await expect(createTaskRunner(away.runnerOptions).execute(away.run.claimed, never)).rejects.toMatchObject({
      class: 'infrastructure',
      code: 'install_failed',
    })
    await rm(marker)
    const { outcome } = await execute({ policy, model: first.model, runId: first.run.claimed.run.id })
    expect(outcome.kind).toBe('pull_request')
  })
})

describe('a run that is stopped', () => {
  const shutdown = new Fault('infrastructure', 'shutdown', 'Draftsmith is stopping.')

  /** The command that is about to run: number of its session, and its line. */
  test.each([
    ['its clone', 0, ''],
    ['the install', 1, 'echo install'],
    ['the baseline', 1, 'node --test'],
    ['the checks near a modification', 1, 'test/total.test.js'],
    ['the install in a fresh work tree', 2, 'echo install'],
    ['the verification', 2, 'node --test'],
    ['the tests without the change', 3, 'node --test'],
  ])('during %s throws the reason of the stop, and leaves nothing behind', async (_, number, words) => {
    const stop = new AbortController()
    const watched = watchedSandbox((line, session) => {
      if (session === number && line.includes(words)) stop.abort(shutdown)
    })
    const { run, host, runnerOptions } = await lab.open({
      script: shortRun(),
      sandbox: watched.sandbox,
      policy: 'checks: { install: "echo install", test: node --test, targetedTest: "node --test {files}" }',
    })
    if (number === 0) host.beforeClone = () => stop.abort(shutdown)
    await expect(createTaskRunner(runnerOptions).execute(run.claimed, stop.signal)).rejects.toBe(shutdown)
    expect(watched.open()).toBe(0)
    expect(host.released).toBe(1)
    await expectNothingLeft(run.claimed)
    expect(host.published).toEqual([])
  })

  test('by its time ends with that reason', async () => {
    const limits = { ...defaultCeilings.limits, minutes: 0.001 }
    const { outcome } = await execute({ ceilings: { ...defaultCeilings, limits }, script: [json(understood)] })
    expect(outcome).toMatchObject({
      kind: 'failed',
      code: 'deadline',
      reason: 'The time was over before there was a plan.',
    })
  })
})

describe('the last word', () => {
  test('is said for a run that was given up before it went on, since people had been told that it began', async () => {
    const first = await lab.open({ script: shortRun(), claim: (claimed) => dyingAt(claimed, { only: 'gate' }) })
    await expect(createTaskRunner(first.runnerOptions).execute(first.run.claimed, never)).rejects.toThrow('died')
    const second = await lab.open({ runId: first.run.claimed.run.id })
    const outcome = { kind: 'failed' as const, code: 'attempts_used_up', reason: 'The run was interrupted too often.' }
    await createTaskRunner(second.runnerOptions).announce(second.run.claimed, outcome)
    expect(second.host.lastView).toMatchObject({ state: 'ended', outcome })
    expect(second.host.released).toBe(1)
  })

  test('is not said to outsiders, nor where the ledger is away is it thrown', async () => {
    const outcome = { kind: 'failed' as const, code: 'x', reason: 'y' }
    const fresh = await lab.open()
    await createTaskRunner(fresh.runnerOptions).announce(fresh.run.claimed, outcome)
    expect(fresh.host.views).toEqual([])
    const away = await lab.open({
      claim: (claimed) => ({ ...claimed, readStage: () => Promise.reject(new Error('the database is away')) }),
    })
    await expect(createTaskRunner(away.runnerOptions).announce(away.run.claimed, outcome)).resolves.toBe(false)
  })
})

describe('where GitHub does not answer', () => {
  const away = new Fault('infrastructure', 'github_unreachable', 'GitHub does not answer.')
  const fails = async () => {
    throw away
  }

  test('the last word is kept whole, and said by the next claim without doing the work again', async () => {
    const first = await lab.open({ script: shortRun() })
    const runner = createTaskRunner(first.runnerOptions)
    const outcome = ended(await runner.execute(first.run.claimed, never))
    first.host.flush = fails
    expect(await runner.announce(first.run.claimed, outcome)).toBe(false)

    const second = await lab.open({ runId: first.run.claimed.run.id })
    const next = createTaskRunner(second.runnerOptions)
    expect(await next.ended(second.run.claimed)).toEqual(outcome)
    expect(await next.announce(second.run.claimed, outcome)).toBe(true)
    expect(second.host.views).toEqual([first.host.lastView])
    expect(second.host.lastView.plan).toHaveLength(2)
    expect(second.host.inspections).toBe(0)
  })

  test('the last word that another version kept is said again in the words of this one', async () => {
    const first = await lab.open({ script: shortRun() })
    const outcome = { kind: 'failed' as const, code: 'x', reason: 'It could not be done.' }
    first.host.flush = fails
    const runner = createTaskRunner(first.runnerOptions)
    await runner.execute(first.run.claimed, never)
    expect(await runner.announce(first.run.claimed, outcome)).toBe(false)

    const kept = { kept: 'in a shape that nobody knows any more', outcome }
    const second = await lab.open({
      runId: first.run.claimed.run.id,
      claim: (claimed) => ({
        ...claimed,
        run: { ...claimed.run, recordFormat: 0 },
        readStage: async (key) => (key.stage === 'last_word' ? kept : claimed.readStage(key)),
      }),
    })
    expect(await createTaskRunner(second.runnerOptions).announce(second.run.claimed, outcome)).toBe(true)
    expect(second.host.lastView).toMatchObject({ state: 'ended', outcome })
  })

  test('a run whose requester cannot be looked up is told of later, and not taken for an outsider', async () => {
    const { run, host, runnerOptions } = await lab.open()
    const outcome = { kind: 'failed' as const, code: 'github_unreachable', reason: 'GitHub does not answer.' }
    const mayBeTold = Object.assign(host, { mayBeTold: fails as () => Promise<boolean> })
    expect(await createTaskRunner(runnerOptions).announce(run.claimed, outcome)).toBe(false)
    mayBeTold.mayBeTold = async () => true
    expect(await createTaskRunner(runnerOptions).announce(run.claimed, outcome)).toBe(true)
    expect(host.lastView.outcome).toEqual(outcome)
  })

  test('what is pushed by then is known when the run ends', async () => {
    const { run, host, runnerOptions } = await lab.open({ script: shortRun() })
    host.publish = async (request, onPushed) => {
      await onPushed?.({ branch: request.branch, commitSha: 'c1' })
      throw away
    }
    await expect(createTaskRunner(runnerOptions).execute(run.claimed, never)).rejects.toBe(away)
    expect(await lab.ledger.made(run.claimed.run.id)).toEqual({ patchArtifact: 'work.patch', branch: 'agent/issue-1' })
  })

  test('a stop ends what the host waits for, and the end is told all the same', async () => {
    const { run, host, runnerOptions } = await lab.open({ script: [] })
    const stopped = new Fault('cancelled', 'cancelled', 'stopped by mona')
    const controller = new AbortController()
    const shownWith: (AbortSignal | undefined)[] = []
    let ending: AbortSignal | undefined
    const waiting = Object.assign(host, {
      endWith: (signal: AbortSignal | undefined) => {
        ending = signal
      },
      inspect: () =>
        new Promise<never>((_, reject) => {
          ending?.addEventListener('abort', () => reject(stopped))
          controller.abort(stopped)
        }),
      show: async () => void shownWith.push(ending),
    })
    const runner = createTaskRunner({ ...runnerOptions, host: () => waiting })
    await expect(runner.execute(run.claimed, controller.signal)).rejects.toBe(stopped)
    await runner.announce(run.claimed, { kind: 'cancelled', reason: 'stopped by mona' })
    expect(shownWith.at(-1)).toBeUndefined()
  })

  test('people learn that the run waits for its next attempt, and why', async () => {
    const { run, host, runnerOptions } = await lab.open({
      script: shortRun(),
      claim: (claimed) => dyingAt(claimed, { only: 'plan' }),
    })
    const runner = createTaskRunner({ ...runnerOptions, now: () => new Date('2026-01-01T10:00:00Z') })
    await expect(runner.execute(run.claimed, never)).rejects.toThrow('died')
    host.flush = fails
    await runner.pause(run.claimed, away, { ms: 90_000, away: { who: 'GitHub', forMs: 3_600_000 } })
    expect(host.lastView).toMatchObject({
      state: 'queued',
      retry: {
        reason: 'GitHub does not answer.',
        by: '2026-01-01T10:01:30.000Z',
        waitsFor: { who: 'GitHub', until: '2026-01-01T11:00:00.000Z' },
      },
    })
    const status = (name: string) => host.lastView.stages.find(({ stage }) => stage === name)?.status
    expect([status('explore'), status('plan')]).toEqual(['done', 'pending'])
  })
})

test('a stage that lasts shows signs of life, and none after its end', async () => {
  const { run, host, runnerOptions } = await lab.open({
    script: shortRun(),
    policy: 'checks: { install: sleep 0.5, test: node --test, targetedTest: "node --test {files}" }',
  })
  const runner = createTaskRunner({ ...runnerOptions, heartbeatMs: 50 })
  await runner.execute(run.claimed, never)
  const inPrepare = ({ stages }: StatusView) => stages.find(({ status }) => status === 'running')?.stage === 'prepare'
  const shown = host.views.filter(inPrepare)
  expect(shown.length).toBeGreaterThan(2)
  expect(new Set(shown.map(({ at }) => at)).size).toBeGreaterThan(2)
  const views = host.views.length
  await sleep(200)
  expect(host.views).toHaveLength(views)
})

requirePackage('bubblewrap', ['bwrap'])('behind bubblewrap', () => {
  test('a task ends the same', async () => {
    const { outcome, host, run } = await execute({
      script: shortRun(),
      sandbox: createBubblewrapSandbox({ hostEnv: process.env }),
    })
    expect(outcome.kind).toBe('pull_request')
    expect(host.published[0]?.body).toContain('sandbox: bubblewrap')
    await expectNothingLeft(run.claimed)
  })
})

const never = new AbortController().signal

function ended(end: Outcome | Waiting): Outcome {
  if (end.kind === 'waiting') throw new Error(`the run waits: ${end.question.kind}`)
  return end
}

async function execute(request: OpenRequest) {
  const opened = await lab.open(request)
  const runner = createTaskRunner(opened.runnerOptions)
  const outcome = ended(await runner.execute(opened.run.claimed, never))
  await runner.announce(opened.run.claimed, outcome)
  return { ...opened, outcome }
}

interface Dying {
  /** Where it died already. */
  died?: Set<string>
  /** Right after the record is written, or before it. */
  written?: boolean
  /** At the records of this stage alone. */
  only?: string
}

/** Dies once at each record. With a fault, since what else a tool throws is told to the model. */
function dyingAt(claimed: ClaimedRun, { died = new Set(), written = true, only }: Dying): ClaimedRun {
  return {
    ...claimed,
    async writeStage(key: StageKey, value: unknown) {
      const name = `${key.stage} ${key.round} ${key.inputHash}`
      const dies = !died.has(name) && (only === undefined ? key.stage !== 'tool_call' : only === key.stage)
      died.add(name)
      if (written || !dies) await claimed.writeStage(key, value)
      if (dies) throw new Fault('infrastructure', 'died', 'the process died')
    },
  }
}

function whetherDied(thrown: unknown): 'died' {
  if (thrown instanceof Fault && thrown.code === 'died') return 'died'
  throw thrown
}

async function expectNothingLeft({ run }: ClaimedRun): Promise<void> {
  expect(await lab.openFolders()).not.toContain(run.id)
}

/** Commands without walls, told to `before` with the number of their session. */
function watchedSandbox(before: (line: string, session: number) => void): { sandbox: Sandbox; open(): number } {
  const real = createNoneSandbox({ hostEnv: process.env, scratch: lab.folder })
  let opened = 0
  let closed = 0
  const sandbox: Sandbox = {
    ...real,
    async open(options) {
      const session = await real.open(options)
      const number = ++opened
      return {
        run(command) {
          before(command.line, number)
          return session.run(command)
        },
        async close() {
          closed += 1
          await session.close()
        },
      }
    },
  }
  return { sandbox, open: () => opened - closed }
}
