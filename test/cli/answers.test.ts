// Local runs that ask: without a terminal they end with the command that goes on, in one they ask at once.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { runCommand } from '../../src/cli/run-command.ts'
import { readConfig } from '../../src/config.ts'
import { mended, money } from '../e2e/fixture.ts'
import { testKey } from '../support/messages-api.ts'
import { ScriptedMessages } from '../support/scripted-messages.ts'
import { CommandLine } from './command-line.ts'

let model: ScriptedMessages
beforeAll(async () => {
  model = await ScriptedMessages.start()
})
afterAll(() => model[Symbol.asyncDispose]())

let line: CommandLine
beforeEach(() => {
  line = new CommandLine()
})
afterEach(() => line.remove())

describe('without a terminal', () => {
  test('a run ends with its plan and the command that goes on, and goes on where that is given', async () => {
    const title = 'Local amounts of the public format lose their sign'
    model.add(mended(title, { understanding: { risk: 'high' } }))
    const { args, env } = prepared(title)
    const asked = await line.run(['run', ...args], { env })
    expect(asked).toMatchObject({ exitCode: 5 })
    expect(asked.stdout).toContain('modify src/money.js: Take the sign from the amount')
    expect(asked.stdout).toContain('Why you are asked:\n  A plan of risk high needs approval (approval.risk: high).')
    const [, run = '', hash = ''] = /^ {2}draftsmith approve (r-\S+) ([0-9a-f]{8})$/m.exec(asked.stdout) ?? []
    expect(run).not.toBe('')

    const again = await line.run(['run', ...args, '--json'], { env })
    expect(again.exitCode).toBe(5)
    expect(JSON.parse(again.stdout)).toMatchObject({
      run,
      outcome: 'awaiting_approval',
      question: {
        kind: 'approval',
        hash,
        plan: { modifications: [{ path: 'src/money.js' }, { path: 'test/money.test.js' }] },
      },
      answerWith: [`draftsmith approve ${run} ${hash}`, `draftsmith revise ${run} "what should be different"`],
    })

    const wrong = await line.run(['approve', run, '00000000'], { env })
    expect(wrong).toMatchObject({ exitCode: 2, stdout: '' })
    expect(wrong.stderr).toContain(
      `That is not the plan that waits; nothing was done.\nTo go on:\n  draftsmith approve ${run} ${hash}`,
    )

    const done = await line.run(['approve', run, hash], { env })
    expect(done, done.stderr).toMatchObject({ exitCode: 0 })
    expect(done.stdout).toContain('Branch: agent/issue-')
    expect(model.askedFor(title)).toEqual(['analyst 0', 'planner 0', 'coder 0', 'coder 1', 'reviewer 0'])

    const shown = await line.run(['show', run], { env })
    expect(shown.stdout).toMatch(new RegExp(`^\\S+ approved ${hash} at `, 'm'))
    const late = await line.run(['revise', run, 'Smaller.'], { env })
    expect(late).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Nothing waits for an answer.') })
  })

  test('a decision is taken by its number', async () => {
    const title = 'Local amounts are written in one of two ways'
    const choice = { reason: 'Where is the sign?', evidence: [], options: ['In front', 'Behind'], recommended: 2 }
    const scenario = mended(title)
    model.add({
      ...scenario,
      plan: { modifications: [], ...scenario.plan, choice },
      replan: (told) => (told.includes('A maintainer chose: In front') ? scenario.plan : undefined),
    })
    const { args, env } = prepared(title)
    const asked = await line.run(['run', ...args], { env })
    expect(asked).toMatchObject({ exitCode: 5 })
    expect(asked.stdout).toContain(
      'A decision is needed: Where is the sign?\n  1. In front\n  2. Behind (recommended)\n',
    )
    const [, run = ''] = /draftsmith choose (r-\S+) 2$/m.exec(asked.stdout) ?? []
    const none = await line.run(['choose', run, 'three'], { env })
    expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('There is no option of that number') })
    const done = await line.run(['choose', run, '1', '--json'], { env })
    expect(JSON.parse(done.stdout)).toMatchObject({ run, outcome: 'pull_request', answerWith: [] })
  })
})

describe('in a terminal', () => {
  test('a remark plans again and `yes` goes on, in one sitting', async () => {
    const title = 'Local amounts of the public format are talked about'
    model.add(mended(title, { understanding: { risk: 'high' } }))
    const { code, told } = await sitting(title, ['Name the sign.', 'yes'])
    expect(code).toBe(0)
    expect(told.filter((text) => text.includes('waits for approval'))).toHaveLength(2)
    expect(model.messagesTo(title, 'planner')[1]).toContain('A maintainer says of the plan: Name the sign.')
  })

  test('Enter leaves the question open, and --fresh starts over', async () => {
    const title = 'Local amounts of the public format are left for later'
    model.add(mended(title, { understanding: { risk: 'high' } }))
    expect((await sitting(title, [''])).code).toBe(5)
    expect((await sitting(title, ['no'], { fresh: true })).code).toBe(5)
    expect(model.askedFor(title)).toEqual(['analyst 0', 'planner 0', 'analyst 0', 'planner 0'])
  })
})

function prepared(title: string) {
  const repository = join(line.folder, 'repository')
  const issue = join(line.folder, 'issue.md')
  writeFileSync(issue, `${title}\n\n\`formatMoney(-50)\` gives \`0.50\`.\n`)
  const env = {
    ANTHROPIC_API_KEY: testKey,
    ANTHROPIC_BASE_URL: model.url,
    DRAFTSMITH_SANDBOX: 'none',
    DRAFTSMITH_MODEL: 'claude-sonnet-5-5',
  }
  const args = ['--repo', repository, '--issue', issue]
  for (const [path, content] of Object.entries(money)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true })
    writeFileSync(join(repository, path), String(content))
  }
  const git = (...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=Mia', '-c', 'user.email=mia@example.org', ...words], { cwd: repository })
  if (existsSync(join(repository, '.git'))) return { repository, issue, env, args }
  git('init', '--quiet', '--initial-branch=main')
  git('add', '.')
  git('commit', '--quiet', '--message', 'feat: amounts')
  return { repository, issue, env, args }
}

/** The command within this process, with somebody who types these lines. */
async function sitting(title: string, lines: string[], { fresh = false } = {}) {
  const { repository: repo, issue, env } = prepared(title)
  const environment = { ...env, PATH: process.env.PATH, HOME: line.folder, DRAFTSMITH_DATA_DIR: line.dataDir }
  const read = readConfig(environment, ['model'])
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems))
  const told: string[] = []
  const terminal = {
    out: (text: string) => told.push(text),
    progress: (text: string) => told.push(text),
    stdin: process.stdin,
    interrupted: new AbortController().signal,
    ask: async () => lines.shift() ?? '',
  }
  const code = await runCommand(
    { repo, issue, fresh },
    { config: read.config, log: pino({ level: 'silent' }), terminal },
  )
  return { code, told }
}
