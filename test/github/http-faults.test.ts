// What a network and the servers before GitHub do to an answer. The emulated GitHub answers as GitHub does, so that these need a
// stand-in at the HTTP client.
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import nock from 'nock'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLabelByToken } from '../../src/github/labels.ts'
import { createGitHubApp } from '../../src/github/octokit-github.ts'
import { fetchIssue } from '../../src/github/public-issue.ts'
import { silent } from './fixture.ts'

const apiUrl = 'https://api.github.com'
const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()

beforeEach(() => {
  nock.disableNetConnect()
})
afterEach(() => {
  const left = nock.pendingMocks()
  nock.abortPendingRequests()
  nock.cleanAll()
  nock.enableNetConnect()
  expect(left).toEqual([])
})

describe('an issue that a person names', () => {
  const issuePath = '/repos/acme/tool/issues/12'
  const issue = { title: 'A', body: null, html_url: 'https://github.com/acme/tool/issues/12' }
  const read = (access: { token?: string; timeoutMs?: number; apiUrl?: string } = {}) =>
    fetchIssue({ owner: 'acme', repo: 'tool', number: 12 }, { apiUrl, token: undefined, ...access })
  const answer = (status: number, body: nock.Body, headers: nock.ReplyHeaders = {}) =>
    nock(apiUrl).get(issuePath).reply(status, body, headers)

  it('is read without a token, or with the one there is', async () => {
    nock(apiUrl, { badheaders: ['authorization'] })
      .get(issuePath)
      .reply(200, issue)
    expect(await read()).toEqual({ title: 'A', body: '', url: issue.html_url })
    nock(apiUrl, { reqheaders: { authorization: 'token ghp_1' } })
      .get(issuePath)
      .reply(200, { ...issue, body: 'B' })
    expect(await read({ token: 'ghp_1' })).toMatchObject({ body: 'B' })
  })

  it('is read below the path of an own server, and where its repository has moved to', async () => {
    nock('https://git.example.com').get(`/api/v3${issuePath}`).reply(200, issue)
    expect(await read({ apiUrl: 'https://git.example.com/api/v3' })).toMatchObject({ title: 'A' })
    answer(301, {}, { location: `${apiUrl}/repositories/7/issues/12` })
    nock(apiUrl).get('/repositories/7/issues/12').reply(200, issue)
    expect(await read()).toMatchObject({ title: 'A' })
  })

  it('is not taken for one where it is a pull request', async () => {
    answer(200, { ...issue, pull_request: {} })
    await expect(read()).rejects.toMatchObject({ class: 'invalid_input', code: 'issue_is_pull_request' })
  })

  it.each<[number, nock.ReplyHeaders, string | undefined, object]>([
    [404, {}, undefined, { code: 'github_not_found', mend: expect.stringContaining('GITHUB_TOKEN') }],
    [
      401,
      {},
      'ghp_old',
      { code: 'github_token_refused', message: expect.stringContaining('does not accept the token') },
    ],
    [403, {}, 'ghp_1', { code: 'github_forbidden', mend: 'Set GITHUB_TOKEN to a token that may.' }],
    [403, {}, undefined, { code: 'github_forbidden', mend: 'Set GITHUB_TOKEN.' }],
    [403, { 'x-ratelimit-remaining': '0', 'retry-after': '9' }, undefined, { code: 'github_rate_limited' }],
    [451, {}, undefined, { class: 'invalid_input', code: 'github_refused' }],
    [503, {}, undefined, { class: 'infrastructure', code: 'github_error' }],
  ])('that GitHub answers with %i %j is told in words', async (status, headers, token, fault) => {
    answer(status, { message: 'No.' }, headers)
    await expect(read(token === undefined ? {} : { token })).rejects.toMatchObject(fault)
  })

  it.each<[string, (response: ServerResponse) => void]>([
    ['never comes', () => {}],
    ['never ends', (response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{"title":')],
  ])('that %s is given up', async (_, answer) => {
    nock.enableNetConnect('127.0.0.1')
    const server = createServer((_, response) => answer(response)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const asked = read({ apiUrl: `http://127.0.0.1:${port}`, timeoutMs: 200 })
    await expect(asked).rejects.toMatchObject({ class: 'infrastructure', code: 'github_unreachable' })
    server.closeAllConnections()
    server.close()
  })

  it.each(['ENOTFOUND', 'ECONNRESET', 'CERT_HAS_EXPIRED'])('that a %s keeps away is no defect', async (code) => {
    nock(apiUrl)
      .get(issuePath)
      .replyWithError(Object.assign(new Error(`it ends in ${code}`), { code }))
    await expect(read()).rejects.toMatchObject({
      class: 'infrastructure',
      code: 'github_unreachable',
      message: expect.stringContaining('Could not read acme/tool#12'),
    })
  })
})

describe('a label that a person makes', () => {
  const label = { name: 'agent-eligible', color: '5319e7', description: 'It may be answered' }
  const make = () => createLabelByToken({ owner: 'acme', repo: 'tool' }, label, { apiUrl, token: 'ghp_1' })
  const missing = () => nock(apiUrl).get('/repos/acme/tool/labels/agent-eligible').reply(404, { message: 'Not Found' })

  it('is made as it is described', async () => {
    missing()
    nock(apiUrl).post('/repos/acme/tool/labels', label).reply(201, label)
    expect(await make()).toBe(true)
  })

  it('is not made by a token that may only read', async () => {
    missing()
    nock(apiUrl).post('/repos/acme/tool/labels').reply(403, { message: 'Resource not accessible' })
    await expect(make()).rejects.toMatchObject({
      code: 'github_forbidden',
      mend: 'Set GITHUB_TOKEN to a token that may.',
    })
  })

  it('is refused in words that it has, not taken for one that is there', async () => {
    missing()
    nock(apiUrl).post('/repos/acme/tool/labels').reply(422, { message: 'Validation Failed: color is invalid' })
    await expect(make()).rejects.toMatchObject({ code: 'github_refused' })
  })
})

describe('the App', () => {
  const app = (writeSpacingMs = 0) =>
    createGitHubApp({ appId: 1, privateKey, apiUrl, writeSpacingMs, userAgent: 'test', log: silent, retryUnitMs: 1 })
  const repository = () => app().repository(5, 'acme', 'tool')
  const token = () =>
    nock(apiUrl)
      .post('/app/installations/5/access_tokens')
      .reply(201, { token: 'ghs_1', expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions: {} })
  const head = () => nock(apiUrl).get('/repos/acme/tool/git/ref/heads%2Fmain')
  const found = { object: { sha: 'a'.repeat(40) } }

  it('asks again where a connection was cut in the middle', async () => {
    token()
    head().replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }))
    head().reply(200, found)
    expect(await repository().head('main')).toBe('a'.repeat(40))
  })

  it('takes the page of a gateway for a bad hour', async () => {
    token()
    head().times(4).reply(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' })
    await expect(repository().head('main')).rejects.toMatchObject({ class: 'infrastructure', code: 'github_error' })
  })

  it('does not believe a page that says that all is well', async () => {
    token()
    head().reply(200, '<html>Please sign in</html>', { 'content-type': 'text/html' })
    await expect(repository().head('main')).rejects.toMatchObject({ class: 'infrastructure' })
  })

  it('does not believe half an answer', async () => {
    token()
    head().reply(200, '{"object":{"sha":"aaaa', { 'content-type': 'application/json' })
    await expect(repository().head('main')).rejects.toMatchObject({ class: 'infrastructure' })
  })

  it('begins no two writes to an installation at once, in however many repositories', async () => {
    const spacingMs = 200
    const github = app(spacingMs)
    const begun: number[] = []
    const note = () => {
      begun.push(performance.now())
      return [200, {}] as const
    }
    const writes = ['tool', 'shop'].map(async (name) => {
      token()
      nock(apiUrl).patch(`/repos/acme/${name}/issues/comments/7`).times(2).reply(note)
      const repository = github.repository(5, 'acme', name)
      await repository.updateComment(7, 'one')
      await repository.updateComment(7, 'two')
    })
    await Promise.all(writes)
    const pauses = begun.slice(1).map((at, index) => at - (begun[index] ?? 0))
    expect(pauses).toHaveLength(3)
    // From the request's begin to its arrival takes more or less time.
    for (const pause of pauses) expect(pause).toBeGreaterThan(spacingMs / 4)
  })
})
