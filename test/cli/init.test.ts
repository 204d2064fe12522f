import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hostedName } from '../../src/cli/init/hosted-name.ts'
import { type InitOptions, initCommand } from '../../src/cli/init-command.ts'
import type { Need } from '../../src/config/missing.ts'
import { readConfig } from '../../src/config.ts'
import { defaultCeilings, parsePolicy } from '../../src/policy/policy.ts'
import { renderIssueForm } from '../../src/render/issue-form.ts'
import { renderPolicyFile } from '../../src/render/policy-file.ts'
import { appOn as appOnGitHub, freshRepository, startGitHub } from '../github/fixture.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { commitAll, git, write } from '../workspace/sources.ts'
import { CommandLine } from './command-line.ts'

const form = '.github/ISSUE_TEMPLATE/agent-eligible.yml'
const policy = '.github/draftsmith.yml'

let line: CommandLine
let clone: string
beforeEach(async () => {
  line = new CommandLine()
  clone = join(line.folder, 'clone')
  await git(line.folder, ['init', '--quiet', '--initial-branch=main', clone])
  await write(clone, { 'a.txt': 'a\n' })
  await commitAll(clone, 'feat: a')
})
afterEach(() => line.remove())

const read = (path: string) => readFileSync(join(clone, path), 'utf8')

describe('a clone without a repository on GitHub', () => {
  test('gets the form and the policy, and is told how to make the label', async () => {
    const { exitCode, stdout, stderr } = await line.run(['init'], { cwd: clone })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toBe(`Wrote ${form}.
Wrote ${policy}.
The label agent-eligible was not made: this clone has no \`origin\` on GitHub.
  Make it under Issues → Labels, or: gh label create 'agent-eligible' --repo OWNER/REPO --color 5319e7 --description 'Draftsmith may answer this issue with a draft pull request'

Next:
  1. Read the files, and bring them to the default branch: they count from there.
  2. Check the rest: draftsmith doctor --repo owner/repo
  3. Open an issue with the form, and put the label agent-eligible on it.
`)
    expect(read(form)).toBe(renderIssueForm('agent-eligible'))
    expect(parsePolicy(read(policy), defaultCeilings)).toMatchObject({ kind: 'ok', notes: [] })
  })

  test('keeps what is there, unless it is forced', async () => {
    mkdirSync(join(clone, '.github'))
    writeFileSync(join(clone, policy), 'limits: { usd: 1 }\n')
    const kept = await line.run(['init', '--repo', 'clone'])
    expect(kept.stdout).toContain(
      `Wrote ${form}.\n${policy} is there already and was left as it is; --force replaces it.`,
    )
    expect(read(policy)).toBe('limits: { usd: 1 }\n')
    const again = await line.run(['init', '--repo', 'clone', '--force'])
    expect(again.stdout).toContain(`${form} is there already, just like this.\nReplaced ${policy}.`)
    expect(read(policy)).toBe(renderPolicyFile())
  })

  test('is only looked at in a dry run', async () => {
    const { stdout } = await line.run(['init', '--repo', 'clone', '--dry-run'])
    expect(stdout).toContain(`Would write ${form}.\nWould write ${policy}.\n`)
    expect(existsSync(join(clone, '.github'))).toBe(false)
  })

  test('nothing is written through a link that came with it', async () => {
    mkdirSync(join(line.folder, 'elsewhere'))
    symlinkSync(join(line.folder, 'elsewhere'), join(clone, '.github'))
    const { exitCode, stderr } = await line.run(['init', '--repo', 'clone', '--force'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('.github is a link, and files are not written through links.\nPut a folder in its place.')
    expect(existsSync(join(line.folder, 'elsewhere/ISSUE_TEMPLATE'))).toBe(false)
  })

  test.each([
    [['--repo', 'nowhere'], 'nowhere is neither a folder nor the name of a repository.'],
    [['--repo', '.'], 'is not a git repository'],
  ])('%j cannot be used', async (args, says) => {
    const { exitCode, stderr } = await line.run(['init', ...args])
    expect(exitCode).toBe(2)
    expect(stderr).toContain(says)
  })
})

describe('the label', () => {
  let github: EmulatedGitHub
  beforeAll(async () => {
    github = await startGitHub()
  })
  afterAll(() => github.close())

  /** Within this process. */
  async function init(options: InitOptions, env: Record<string, string>) {
    const said: string[] = []
    const needs: Need[] = env.APP_ID === undefined ? [] : ['github']
    const given = readConfig({ DRAFTSMITH_DATA_DIR: line.dataDir, GITHUB_API_URL: github.url, ...env }, needs)
    if (given.kind === 'invalid') throw new Error(JSON.stringify(given.problems))
    const circumstances = {
      config: given.config,
      log: pino({ level: 'silent' }),
      out: (text: string) => said.push(text),
    }
    expect(await initCommand(options, circumstances)).toBe(0)
    return said.join('\n')
  }

  const asApp = () => {
    const { id, privateKey, webhookSecret } = github.app
    return { APP_ID: String(id), PRIVATE_KEY: privateKey, WEBHOOK_SECRET: webhookSecret }
  }
  const asPerson = (login: string) => ({ GITHUB_TOKEN: github.userToken(login) })

  test('is made by the App where the clone comes from, once', async () => {
    const { full, repository } = await freshRepository(github)
    await git(clone, ['remote', 'add', 'origin', github.cloneUrl(full)])
    expect(await init({ repo: clone, dryRun: true }, asApp())).toContain(
      `Would make the label agent-eligible in ${full}`,
    )
    expect(await repository.hasLabel('agent-eligible')).toBe(false)
    expect(await init({ repo: clone }, asApp())).toContain(`Made the label agent-eligible in ${full}.`)
    expect(await repository.hasLabel('agent-eligible')).toBe(true)
    expect(await init({ repo: clone }, asApp())).toContain(`The label agent-eligible is there in ${full}.`)
  })

  test('is made with the token of a person, also without a clone', async () => {
    const { full, repository } = await freshRepository(github)
    const said = await init({ repo: full }, { ...asPerson('mia'), DRAFTSMITH_LABEL: 'take this' })
    expect(said).toContain(`No file was written: for the issue form and ${policy}, run it in a clone of ${full}.`)
    expect(said).toContain(`Made the label take this in ${full}.`)
    expect(await repository.hasLabel('take this')).toBe(true)
  })

  test('is left to the reader where GitHub refuses the token, and where there is none', async () => {
    const { full, repository } = await freshRepository(github)
    expect(await init({ repo: full }, { GITHUB_TOKEN: 'ghp_wrong' })).toMatch(
      new RegExp(
        `was not made: Could not make the label agent-eligible in ${full}: GitHub does not accept the token.\n  Make it under Issues → Labels`,
      ),
    )
    expect(await init({ repo: full }, {})).toContain('was not made: there are no credentials for it.')
    expect(await repository.hasLabel('agent-eligible')).toBe(false)
  })

  test('two that make it at once both find it', async () => {
    const { repository, installationId, name } = await freshRepository(github)
    const label = { name: 'agent-eligible', color: '5319e7', description: '' }
    const other = appOnGitHub(github).repository(installationId, 'acme', name)
    const made = await Promise.all([
      repository.createLabel(label),
      other.createLabel({ ...label, name: 'Agent-Eligible' }),
    ])
    expect(made.filter(Boolean)).toHaveLength(1)
  })
})

describe('where a clone comes from', () => {
  test.each([
    ['https://github.com/acme/tool.git', 'https://api.github.com', 'acme/tool'],
    ['https://github.com/acme/tool.js/', 'https://api.github.com', 'acme/tool.js'],
    ['git@github.com:acme/tool.git', 'https://api.github.com', 'acme/tool'],
    ['ssh://git@github.com:22/acme/tool', 'https://api.github.com', 'acme/tool'],
    ['https://git.example.com/acme/tool', 'https://git.example.com/api/v3', 'acme/tool'],
    ['https://gitlab.com/acme/tool.git', 'https://api.github.com', undefined],
    ['https://github.com/acme', 'https://api.github.com', undefined],
    ['/srv/tool.git', 'https://api.github.com', undefined],
    ['../tool', 'https://api.github.com', undefined],
  ])('%s with %s is %s', (remote, api, expected) => {
    const found = hostedName(remote, api)
    expect(found && `${found.owner}/${found.repo}`).toBe(expected)
  })
})
