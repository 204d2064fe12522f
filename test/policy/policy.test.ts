import { describe, expect, it } from 'vitest'
import {
  defaultCeilings,
  defaultPolicy,
  type ParsedPolicy,
  type PolicyFile,
  parsePolicy,
} from '../../src/policy/policy.ts'

const parse = (text: string | undefined) => parsePolicy(text, defaultCeilings)

function problems(parsed: ParsedPolicy): string[] {
  if (parsed.kind === 'ok') throw new Error('the policy was accepted')
  return parsed.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
}

function accepted(parsed: ParsedPolicy) {
  if (parsed.kind === 'invalid') throw new Error(parsed.problems.map(({ message }) => message).join('\n'))
  return parsed
}

describe('a valid file', () => {
  it.each([[undefined], [''], ['# only a comment\n'], ['---\n']])('%j has every default', (text) => {
    expect(parse(text)).toEqual({ kind: 'ok', policy: defaultPolicy(defaultCeilings), notes: [] })
  })

  it("has the design's limits as defaults", () => {
    const { limits, pullRequest, unverified, sandbox } = defaultPolicy(defaultCeilings)
    expect(limits).toMatchObject({ files: 15, addedLines: 500, usd: 5, tokens: 200_000, minutes: 45, turns: 60 })
    expect(limits).toMatchObject({ toolCalls: 200, repairs: 3, verifyRounds: 3, packetFiles: 10, outputKiB: 8 })
    expect(sandbox).toMatchObject({ commandMinutes: 10, memoryMiB: 4_096, processes: 512, cpus: 2 })
    expect(pullRequest).toMatchObject({ branchPrefix: 'agent/issue-', labels: ['agent-generated', 'needs-review'] })
    expect(unverified).toBe('branch')
  })

  it('may leave out everything, or write everything', () => {
    const { limits, approval, modes, complexity } = defaultPolicy(defaultCeilings)
    const written: PolicyFile = {
      complexity,
      limits,
      approval,
      modes,
      models: { coder: 'some-model' },
      base: 'next',
      schedule: '0 4 * * 1',
    }
    expect(accepted(parse(JSON.stringify(written))).policy).toEqual({ ...defaultPolicy(defaultCeilings), ...written })
  })

  it('takes a check as a command or with its parts', () => {
    const { policy } = accepted(parse('checks:\n  test: npm test\n  lint: { required: false }\n'))
    expect(policy.checks.test).toEqual({ command: 'npm test', required: true })
    expect(policy.checks.lint).toEqual({ required: false })
    expect(policy.checks.targetedTest).toEqual({ required: false })
  })
})

describe('models', () => {
  const own = { analyst: 'house', planner: 'house', coder: 'house', reviewer: 'claude-sonnet-5-5' }
  const ofHouse = (text: string) => parsePolicy(text, { ...defaultCeilings, models: own })

  it('without a known price are refused, since the ceiling in USD would not hold', () => {
    expect(problems(ofHouse('models:\n  planner: claude-haiku-4-5-20251001\n  coder: gratis\n'))).toEqual([
      expect.stringMatching(/^3:3 `gratis` has no known price; models with a price: claude-fable-5-1, .*haiku-4-5\.$/),
    ])
  })

  it('of the deployment itself may be named, and the report says what no price is known of', () => {
    const note = 'No price is known for house: only the token ceiling holds.'
    expect(accepted(ofHouse('models: { reviewer: house }')).notes).toEqual([note])
    expect(accepted(ofHouse('')).notes).toEqual([note])
    const priced = 'claude-opus-5-5'
    expect(accepted(ofHouse(`models: { analyst: ${priced}, planner: ${priced}, coder: ${priced} }`)).notes).toEqual([])
  })
})

it('keys that have no effect yet are named, when they are written', () => {
  const text = 'schedule: 0 4 * * 1\nconcurrency: 2\nlimits: { followUpRounds: 1 }\n'
  expect(accepted(parse(text)).notes).toEqual(['`limits.followUpRounds` is not acted on yet.'])
})

it('a schedule that never falls due is refused', () => {
  expect(problems(parse('schedule: 0 25 * * *\n'))).toEqual([
    '1:1 `0 25 * * *` must be a cron expression with five fields.',
  ])
})

describe('ceilings', () => {
  it('let a limit be tightened without a word', () => {
    const { policy, notes } = accepted(parse('limits: { usd: 0.5, files: 3 }'))
    expect([policy.limits.usd, policy.limits.files, notes]).toEqual([0.5, 3, []])
  })

  it('clip what is written above them, and say so', () => {
    const { policy, notes } = accepted(
      parse('limits: { usd: 100 }\nsandbox: { kind: none, memoryMiB: 99999 }\nconcurrency: 9'),
    )
    expect([policy.limits.usd, policy.sandbox.kind, policy.sandbox.memoryMiB, policy.concurrency]).toEqual([
      20,
      'auto',
      16_384,
      5,
    ])
    expect(notes).toEqual([
      '`limits.usd: 100` is above what this deployment allows; 20 is used.',
      '`sandbox.memoryMiB: 99999` is above what this deployment allows; 16384 is used.',
      '`concurrency: 9` is above what this deployment allows; 5 is used.',
      '`sandbox.kind: none` is not offered by this deployment; its own choice is used.',
    ])
  })

  it('leave the choice among the images that the deployment offers', () => {
    const sandbox = { ...defaultCeilings.sandbox, images: ['node:24-bookworm'] }
    const read = (image: string) =>
      accepted(parsePolicy(`sandbox: { image: '${image}' }`, { ...defaultCeilings, sandbox }))
    expect(read('node:24-bookworm')).toMatchObject({ policy: { sandbox: { image: 'node:24-bookworm' } }, notes: [] })
    expect(read('evil.example/miner').policy.sandbox.image).toBeUndefined()
    expect(read('evil.example/miner').notes).toEqual([
      '`sandbox.image: evil.example/miner` is not offered by this deployment; its own choice is used.',
    ])
  })

  it('lower a default without a note: nobody asked for it', () => {
    const ceilings = { ...defaultCeilings, limits: { ...defaultCeilings.limits, usd: 1 } }
    expect(parsePolicy(undefined, ceilings)).toMatchObject({ policy: { limits: { usd: 1 } }, notes: [] })
  })
})

describe('every problem is named at once, with its place', () => {
  it('unknown keys with the nearest known one, at any depth', () => {
    expect(
      problems(parse('complexty: x\nlimits:\n  usd: 1\n  file: 3\nchecks:\n  lint:\n    comand: x\n  zzzzzzz: 1\n')),
    ).toEqual([
      '1:1 Unknown key `complexty`. Did you mean `complexity`?',
      '4:3 Unknown key `file`. Did you mean `files`?',
      '7:5 Unknown key `comand`. Did you mean `command`?',
      '8:3 Unknown key `zzzzzzz`. Known here: install, format, typecheck, lint, test, targetedTest.',
    ])
  })

  it('wrong values', () => {
    const text =
      'limits:\n  usd: "5"\n  files: 0\n  turns: 1.5\nmodes:\n  feature: autonomus_pr\nscope:\n  extensions: ts\nchecks:\n  test: 5\nbase:\n'
    expect(problems(parse(text))).toEqual([
      '2:3 `limits.usd` must be a number, not text.',
      '3:3 `limits.files` must be at least 1.',
      '4:3 `limits.turns` must be a whole number, not a number.',
      '6:3 `modes.feature` must be one of by_risk, autonomous_pr, supervised_pr, draft_only, analysis_only, decline; perhaps `autonomous_pr`.',
      '8:3 `scope.extensions` must be a list, not text.',
      '10:3 `checks.test` must be a command, or an object with `command` and `required`.',
      '11:1 `base` must be text, not empty.',
    ])
  })

  it.each([
    ['(a+)+$', 'uses ( ) | or \\, which are not supported: plain globs only'],
    ['!src/**', 'starts with !: list it under the opposite key instead'],
    ['../x', 'must be relative to the repository'],
    ['{1..9}.md', 'uses a range in braces: list the alternatives, or use [0-9]'],
    ['{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}', 'has too many alternatives in braces'],
    ['a'.repeat(201), 'is longer than 200 characters'],
  ])('glob %s', (glob, reason) => {
    expect(problems(parse(`scope:\n  include:\n    - "${glob.replaceAll('\\', '\\\\')}"\n`))).toEqual([
      `3:7 \`${glob}\` ${reason}.`,
    ])
  })

  it.each(['a//b', 'a..b', '/a', 'a b', 'refs/heads/x', 'a@{b', 'x/.y', ''])('branch prefix %j', (prefix) => {
    expect(problems(parse(`pullRequest: { branchPrefix: "${prefix}" }`))).toHaveLength(1)
  })

  it('a file that is no YAML, no map, or several documents', () => {
    expect(problems(parse('x: ['))[0]).toMatch(/^1:5 Not valid YAML: /)
    expect(problems(parse('- a'))).toEqual(['1:1 The file must be a section with keys, not a list.'])
    expect(problems(parse('base: a\n---\nbase: b\n'))[0]).toMatch(/Not valid YAML/)
    expect(problems(parse('base: a\nbase: b\n'))[0]).toMatch(/^2:1 Not valid YAML: Map keys must be unique/)
    expect(problems(parse('base: !!js/function x'))[0]).toMatch(/Not valid YAML: Unresolved tag/)
  })
})

describe('a hostile file costs nothing', () => {
  it.each(['[', '- ', '? ', '{a: ', '[[]'])('64 KiB of %j', (piece) => {
    const started = performance.now()
    expect(problems(parse(piece.repeat(64_000 / piece.length)))).toEqual(['1:1 The file is nested too deeply.'])
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  it('aliases are refused, so no text grows', () => {
    const bomb = 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n'
    expect(problems(parse(bomb))).toEqual(['2:8 Aliases such as *a are not supported.'])
  })

  it('a file that is too large is not parsed', () => {
    expect(problems(parse(`base: ${'x'.repeat(70_000)}`))).toEqual([
      '1:1 The file has 70006 bytes; at most 65536 are read.',
    ])
  })
})
