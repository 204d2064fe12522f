import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { createWebhookHandler } from '../../src/intake/webhook-handler.ts'
import { startEmulatedGitHub } from '../support/emulated-github/emulated-github.ts'
import type { EmulatedGitHub } from '../support/emulated-github/types.ts'
import { type Listening, listenTo, send } from './listening.ts'

let github: EmulatedGitHub
let listening: Listening
let broken = false
const lines: string[] = []

beforeAll(async () => {
  github = await startEmulatedGitHub({
    users: [{ login: 'mia' }],
    repositories: [{ owner: 'acme', name: 'tool', files: { a: 'a' }, collaborators: { mia: 'write' } }],
  })
  listening = await listenTo(github, {
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    mostBytes: 300_000,
    ledger: (real) => ({
      ...real,
      record: async (request) => {
        if (broken)
          throw new Fault('infrastructure', 'database_unreachable', 'The database does not answer.', {
            mend: 'Start it.',
          })
        return real.record(request)
      },
    }),
  })
  github.setWebhookTarget(listening.url)
})

afterAll(async () => {
  await listening.close()
  await github.close()
})

const labelled = (fields: object = {}) => ({
  action: 'labeled',
  installation: { id: 1001 },
  repository: { name: 'tool', owner: { login: 'acme' } },
  issue: {
    number: 77,
    title: 'A title',
    body: 'A body',
    html_url: 'https://github.com/acme/tool/issues/77',
    updated_at: '2026-01-02T03:04:05Z',
    labels: [],
  },
  label: { name: 'agent-eligible' },
  sender: { login: 'mia', type: 'User' },
  ...fields,
})

describe('a delivery', () => {
  it.each<[string, number, string, string, string, Record<string, string | undefined>]>([
    ['a wrong signature', 401, 'signature_wrong', 'does not match', '{}', { secret: 'another' }],
    ['a signature of no form', 401, 'signature_wrong', 'does not match', '{}', { 'x-hub-signature-256': 'yes' }],
    ['no signature', 400, 'header_missing', 'x-hub-signature-256', '{}', { 'x-hub-signature-256': undefined }],
    ['no id', 400, 'header_missing', 'x-github-delivery', '{}', { 'x-github-delivery': undefined }],
    [
      'a form',
      415,
      'content_type',
      'not application/json',
      '{}',
      { 'content-type': 'application/x-www-form-urlencoded' },
    ],
    ['broken JSON', 400, 'body_not_json', 'not a JSON object', '{"action":', {}],
    ['JSON that is no object', 400, 'body_not_json', 'not a JSON object', 'null', {}],
    ['nothing', 401, 'signature_wrong', 'does not match', '', {}],
    [
      'an event without its parts',
      422,
      'event_incomplete',
      'lacks installation, repository',
      '{"action":"labeled"}',
      {},
    ],
    ['too many bytes', 413, 'body_too_large', 'more than 300000 bytes', 'x'.repeat(300_001), {}],
  ])('with %s is refused with %i and the mend', async (_what, status, code, error, body, headers) => {
    const response = await send(listening.url, body, headers)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({
      code,
      error: expect.stringContaining(error),
      mend: expect.stringMatching(/\w\.$/),
    })
    expect(await listening.ledger.list({ limit: 10 })).toEqual([])
  })

  it('of an event that nobody asked for is taken', async () => {
    const response = await send(listening.url, '{"zen":"Keep it logically awesome."}', { 'x-github-event': 'ping' })
    expect(response.status).toBe(200)
  })

  it('that fails on our side is answered so, and recorded when it is sent again', async () => {
    broken = true
    const guid = 'a-guid'
    const body = JSON.stringify(labelled())
    const failed = await send(listening.url, body, { 'x-github-delivery': guid })
    expect(failed.status).toBe(503)
    expect(await failed.json()).toMatchObject({ error: 'The database does not answer.', mend: 'Start it.' })
    broken = false
    expect((await send(listening.url, body, { 'x-github-delivery': guid })).status).toBe(200)
    expect(await listening.ledger.latest('github:acme/tool#77')).toMatchObject({ state: 'queued' })
  })

  it('leaves none of its text in the log, however it ends', async () => {
    const secretText = 'a text that nobody may log'
    const issue = { ...labelled().issue, number: 78, body: secretText }
    await send(listening.url, JSON.stringify(labelled({ issue })))
    broken = true
    await send(listening.url, JSON.stringify(labelled({ issue: { ...issue, number: 79 } })))
    broken = false
    await send(listening.url, JSON.stringify(labelled({ issue })), { secret: 'another' })
    await send(listening.url, JSON.stringify({ ...labelled({ issue }), sender: undefined }))
    expect(lines.join('')).toContain('a delivery failed')
    expect(lines.join('')).not.toContain(secretText)
  })
})

it('does not start without a secret, since Probot would take one that everybody knows', async () => {
  const { id: appId, privateKey } = github.app
  const created = createWebhookHandler({
    app: () => {},
    appId,
    privateKey,
    secret: '',
    apiUrl: github.url,
    log: pino({ level: 'silent' }),
  })
  await expect(created).rejects.toMatchObject({
    code: 'webhook_secret_missing',
    mend: expect.stringContaining('WEBHOOK_SECRET'),
  })
})
