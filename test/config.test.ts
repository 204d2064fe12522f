import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Config, readConfig } from '../src/config.ts'

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs1', format: 'pem' })
  .toString()
const complete = { APP_ID: '12', PRIVATE_KEY: privateKey, WEBHOOK_SECRET: 'secret', ANTHROPIC_API_KEY: 'key' }

describe('reading the environment', () => {
  test('a complete one gives the configuration with its defaults', () => {
    const config = accepted(complete)
    expect(config.github).toEqual({ appId: 12, privateKey, webhookSecret: 'secret' })
    expect(config).toMatchObject({
      label: 'agent-eligible',
      port: 3000,
      sandbox: 'bubblewrap',
      githubApiUrl: 'https://api.github.com',
    })
  })

  test('lists everything that is missing at once, each with its mend', () => {
    const problems = refused({})
    expect(problems.map(({ variable }) => variable)).toEqual([
      'APP_ID',
      'PRIVATE_KEY_PATH',
      'WEBHOOK_SECRET',
      'ANTHROPIC_API_KEY',
    ])
    for (const { mend } of problems) expect(mend).not.toBe('')
  })

  test('a wrong App id, a wrong port, a missing secret, a key that is none and a proxy that is none are told together', () => {
    const wrong = { APP_ID: 'my-app', PORT: '99999', WEBHOOK_SECRET: '', PRIVATE_KEY: 'x', HTTPS_PROXY: 'socks5://h:1' }
    const problems = refused({ ...complete, ...wrong })
    expect(problems.map(({ variable }) => variable).sort()).toEqual(Object.keys(wrong).sort())
  })

  test.each([
    ['APP_ID', 'my-app', 'is `my-app`, and must be a number'],
    ['DRAFTSMITH_MAX_USD', '5 USD', 'is `5 USD`, and must be a number'],
    ['DRAFTSMITH_MAX_USD', '-1', 'is `-1`, and must be above 0'],
    ['DRAFTSMITH_CONCURRENCY', '0', 'is `0`, and must be at least 1'],
    ['PORT', '99999', 'is `99999`, and must be at most 65535'],
    ['PORT', '1.5', 'is `1.5`, and must be a whole number'],
    ['DRAFTSMITH_SANDBOX', 'docker', 'is `docker`, and must be one of bubblewrap, container, none'],
    ['DRAFTSMITH_LABEL', 'x'.repeat(51), 'must have at most 50 characters, as labels of GitHub do'],
    ['GITHUB_API_URL', 'api.github.com', 'must be an address that begins with https:// or http://'],
    ['npm_config_registry', 'file:///x', 'must be an address that begins with https:// or http://'],
    [
      'DATABASE_URL',
      'mysql://root:secret@db/d',
      'must be the address of a PostgreSQL database, such as postgres://user:password@host:5432/name',
    ],
    ['DRAFTSMITH_PRICES', 'a=1', 'must be a list of MODEL=INPUT/OUTPUT in USD per million tokens, separated by commas'],
    [
      'DRAFTSMITH_PRICES',
      'a=1/..',
      'must be a list of MODEL=INPUT/OUTPUT in USD per million tokens, separated by commas',
    ],
  ])('%s=%s is told in words', (variable, value, problem) => {
    expect(refused({ ...complete, [variable]: value })).toMatchObject([{ variable, problem }])
  })

  test('traces go nowhere, or where they are sent, with headers as OpenTelemetry writes them', () => {
    expect(accepted(complete).traces).toBeUndefined()
    const given = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20abc, x-team=a=b',
    }
    expect(accepted({ ...complete, ...given }).traces).toEqual({
      endpoint: 'http://collector:4318',
      headers: { authorization: 'Bearer abc', 'x-team': 'a=b' },
    })
    for (const OTEL_EXPORTER_OTLP_HEADERS of ['abc', 'a=%', 'a=b,', 'a b=c'])
      expect(refused({ ...complete, OTEL_EXPORTER_OTLP_HEADERS })).toMatchObject([
        { problem: 'must be a list of name=value, separated by commas' },
      ])
  })

  test('images for containers are listed by what they have the tools of', () => {
    const given = { ...complete, DRAFTSMITH_SANDBOX: 'container' }
    const DRAFTSMITH_CONTAINER_IMAGES = 'node+python=registry.example:5000/a/b@sha256:0f, buildpack-deps:bookworm'
    expect(accepted({ ...given, DRAFTSMITH_CONTAINER_IMAGES }).containerImages).toEqual([
      { image: 'registry.example:5000/a/b@sha256:0f', ecosystems: ['node', 'python'] },
      { image: 'buildpack-deps:bookworm', ecosystems: [] },
    ])
    expect(refused(given)).toMatchObject([{ variable: 'DRAFTSMITH_CONTAINER_IMAGES', problem: 'is missing' }])
    for (const text of ['--privileged', 'node=', 'node=-v', 'a b'])
      expect(refused({ ...given, DRAFTSMITH_CONTAINER_IMAGES: text })[0]?.problem).toContain('ECOSYSTEM=IMAGE')
  })

  test("prices of the deployment's own join the list, and go before it", () => {
    const { prices } = accepted({ ...complete, DRAFTSMITH_PRICES: 'house=2/10, claude-sonnet-5-5=1/5/0.02' }).model
    expect(prices.house).toEqual({ input: 2, cacheWrite: 2.5, cacheRead: 0.2, output: 10 })
    expect(prices['claude-sonnet-5-5']).toEqual({ input: 1, cacheWrite: 1.25, cacheRead: 0.02, output: 5 })
    expect(prices['claude-opus-5']).toEqual(accepted(complete).model.prices['claude-opus-5'])
  })

  test('an empty variable counts as absent, as .env files leave it', () => {
    expect(accepted({ ...complete, DATABASE_URL: '', PORT: '' }).databaseUrl).toBeUndefined()
  })

  test('a private key that is none is refused by the name of its variable', () => {
    expect(refused({ ...complete, PRIVATE_KEY: 'not a key' })).toMatchObject([
      { variable: 'PRIVATE_KEY', problem: 'is not a private key in PEM form' },
    ])
  })

  test('a private key file that cannot be read is named', () => {
    const { PRIVATE_KEY: _, ...rest } = complete
    const [problem] = refused({ ...rest, PRIVATE_KEY_PATH: '/nowhere/key.pem' })
    expect(problem).toMatchObject({ variable: 'PRIVATE_KEY_PATH' })
    expect(problem?.problem).toContain('cannot be read')
  })

  test('a private key is read from its file, and from one line with \\n in it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'draftsmith-config-'))
    try {
      const path = join(folder, 'key.pem')
      writeFileSync(path, privateKey)
      const { PRIVATE_KEY: _, ...rest } = complete
      expect(accepted({ ...rest, PRIVATE_KEY_PATH: path }).github?.privateKey).toBe(privateKey)
      expect(accepted({ ...rest, PRIVATE_KEY: privateKey.replaceAll('\n', '\\n') }).github?.privateKey).toBe(privateKey)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  test('a local run needs a model and no App', () => {
    const read = readConfig({ ANTHROPIC_API_KEY: 'key' }, ['model'])
    expect(read).toMatchObject({ kind: 'ok', config: { github: undefined } })
  })

  test('a role apart needs a database that two can open; one that works a model, one that takes webhooks their secret', () => {
    const { ANTHROPIC_API_KEY: _, ...app } = complete
    const service = (given: Record<string, string>) => readConfig({ ...app, ...given }, ['github', 'service'])
    expect(service({ DRAFTSMITH_ROLE: 'web', DATABASE_URL: 'postgres://db/d' })).toMatchObject({
      kind: 'ok',
      config: { role: 'web' },
    })
    for (const role of ['worker', 'both'])
      expect(service({ DRAFTSMITH_ROLE: role, DATABASE_URL: 'postgres://db/d' })).toMatchObject({
        problems: [{ variable: 'ANTHROPIC_API_KEY' }],
      })
    const { WEBHOOK_SECRET: __, ...rest } = complete
    const without = (role: string) =>
      readConfig({ ...rest, DRAFTSMITH_ROLE: role, DATABASE_URL: 'postgres://db/d' }, ['github', 'service'])
    expect(without('worker')).toMatchObject({ kind: 'ok', config: { github: { appId: 12, webhookSecret: undefined } } })
    for (const role of ['web', 'both'])
      expect(without(role)).toMatchObject({ problems: [{ variable: 'WEBHOOK_SECRET' }] })
    const problem = 'is `web`, and without DATABASE_URL there is the embedded database, which serves one process'
    const mend =
      'Set DATABASE_URL to a PostgreSQL database that both roles use, or leave DRAFTSMITH_ROLE out: one process then does both.'
    expect(service({ DRAFTSMITH_ROLE: 'web' })).toEqual({
      kind: 'invalid',
      problems: [{ variable: 'DRAFTSMITH_ROLE', problem, mend }],
    })
  })

  test('a model of its own for one role leaves the others', () => {
    const { byRole } = accepted({ ...complete, DRAFTSMITH_MODEL: 'general', DRAFTSMITH_MODEL_REVIEWER: 'strict' }).model
    expect(byRole).toEqual({ analyst: 'general', planner: 'general', coder: 'general', reviewer: 'strict' })
  })

  test('what a deployment says about the network of installs', () => {
    const { network } = accepted({
      ...complete,
      DRAFTSMITH_PRIVATE_HOSTS: 'npm.example.com:4873, [fd00::1]:8080',
      npm_config_registry: 'http://npm.example.com:4873/',
      PIP_INDEX_URL: 'https://pypi.example.com/simple/',
      https_proxy: 'proxy.example.com:3128',
      NO_PROXY: 'example.com',
    })
    expect(network).toEqual({
      privateHosts: ['npm.example.com:4873', '[fd00::1]:8080'],
      registries: { npm: 'http://npm.example.com:4873/', pypi: 'https://pypi.example.com/simple/' },
      upstreamProxy: { address: 'http://proxy.example.com:3128', except: 'example.com' },
    })
    expect(accepted(complete).network).toEqual({ privateHosts: [], registries: {}, upstreamProxy: undefined })
  })

  test.each([
    ['DRAFTSMITH_PRIVATE_HOSTS', 'npm.example.com', 'must be a list of host:port, separated by commas'],
    ['DRAFTSMITH_PRIVATE_HOSTS', '*.example.com:443', 'must be a list of host:port, separated by commas'],
    [
      'PIP_INDEX_URL',
      'https://me:word@pypi.example.com/',
      'holds credentials, which the commands of every repository would see',
    ],
    ['HTTPS_PROXY', 'socks5://proxy.example.com:1080', 'is not the address of an HTTP proxy'],
  ])('%s=%s is refused', (variable, value, problem) => {
    expect(refused({ ...complete, [variable]: value })).toMatchObject([{ variable, problem }])
  })

  test('repository commands get no variable of ours and no secret', () => {
    const { hostEnv } = accepted({ ...complete, PATH: '/bin', GITHUB_TOKEN: 'token', LANG: 'C' })
    expect(hostEnv).toEqual({ PATH: '/bin', LANG: 'C' })
  })

  test('the client of a container engine is told where its settings are', () => {
    const given = { CONTAINERS_CONF: '/a', CONTAINERS_STORAGE_CONF: '/b', DOCKER_HOST: 'unix:///c' }
    expect(accepted({ ...complete, ...given }).hostEnv).toMatchObject(given)
  })
})

function accepted(environment: Record<string, string>): Config {
  const read = readConfig(environment, ['github', 'service'])
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems))
  return read.config
}

function refused(environment: Record<string, string>) {
  const read = readConfig(environment, ['github', 'service'])
  return read.kind === 'invalid' ? read.problems : []
}
