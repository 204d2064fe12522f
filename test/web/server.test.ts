import { connect } from 'node:net'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { Fault } from '../../src/errors.ts'
import { createReadiness, type Probe } from '../../src/web/readiness.ts'
import { createHttpServer, type HttpServer, type HttpServerOptions, webhookPath } from '../../src/web/server.ts'

const log = pino({ level: 'silent' })
const anywhere = { host: '127.0.0.1', port: 0 }
const servers: HttpServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close(0)))
})

async function serve(options: Partial<HttpServerOptions> = {}): Promise<{ url: string; server: HttpServer }> {
  const server = createHttpServer({
    webhookHandler: async (_request, response) => void response.writeHead(200).end('{}'),
    health: () => ({ version: '1.2.3' }),
    ready: createReadiness({ probes: [] }),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
    log,
    ...options,
  })
  servers.push(server)
  return { url: await server.listen(anywhere), server }
}

function probe(name: string, fields: Partial<Probe> = {}): Probe {
  return { name, mend: `Mend the ${name}.`, ask: async () => 'fine', ...fields }
}

describe('the HTTP server', () => {
  it('says that the process lives', async () => {
    const { url } = await serve()
    const response = await fetch(`${url}/healthz`)
    expect(await response.json()).toEqual({ status: 'ok', version: '1.2.3' })
  })

  it('says which part is not ready and how to mend it', async () => {
    const broken = async () => {
      throw new Fault('infrastructure', 'database_unreachable', 'The database does not answer.', { mend: 'Start it.' })
    }
    const silent = () => new Promise<string>(() => {})
    const { url } = await serve({
      ready: createReadiness({
        probes: [probe('queue'), probe('database', { ask: broken }), probe('sandbox', { ask: silent })],
        timeoutMs: 20,
      }),
    })
    const response = await fetch(`${url}/readyz`)
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      ready: false,
      parts: {
        queue: { ok: true, detail: 'fine' },
        database: { ok: false, detail: 'The database does not answer.', mend: 'Start it.' },
        sandbox: { ok: false, detail: 'no answer within 20 ms', mend: 'Mend the sandbox.' },
      },
    })
  })

  it('answers 200 when every part is ready', async () => {
    const { url } = await serve({ ready: createReadiness({ probes: [probe('database')] }) })
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })

  it('gives its figures to whoever collects them', async () => {
    const { url } = await serve()
    const response = await fetch(`${url}/metrics`)
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4')
    expect(await response.text()).toBe('up 1\n')
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405)
  })

  it('hands deliveries to the webhook handler, and nothing else', async () => {
    const { url } = await serve()
    expect((await fetch(`${url}/api/github/webhooks`, { method: 'POST' })).status).toBe(200)
    const wrong = await fetch(`${url}/api/github/webhooks`)
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST'])
    const nowhere = await fetch(`${url}/admin?x=1`)
    expect(nowhere.status).toBe(404)
    expect(await nowhere.json()).toEqual({ error: 'There is nothing at /admin.' })
  })

  it('answers 500 without details when a handler fails', async () => {
    const { url } = await serve({ webhookHandler: () => Promise.reject(new Error('a secret')) })
    const response = await fetch(`${url}/api/github/webhooks`, { method: 'POST' })
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('a secret')
  })

  it('has nothing where webhooks would be when it takes none', async () => {
    const { url } = await serve({ webhookHandler: undefined })
    for (const method of ['POST', 'GET']) expect((await fetch(`${url}${webhookPath}`, { method })).status).toBe(404)
  })

  it('names a port that is taken', async () => {
    const { url } = await serve()
    const second = createHttpServer({
      webhookHandler: async () => {},
      health: () => ({}),
      ready: createReadiness({ probes: [] }),
      metrics: async () => ({ contentType: 'text/plain', body: '' }),
      log,
    })
    const port = Number(new URL(url).port)
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'port_taken',
      message: `Port ${port} is in use already.`,
    })
  })

  it('finishes what is under way before it closes, and takes nothing new', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    const { url, server } = await serve({
      webhookHandler: async (_request, response) => {
        begin()
        await released
        response.writeHead(200).end('done')
      },
    })
    const underWay = fetch(`${url}/api/github/webhooks`, { method: 'POST' })
    await begun
    const closing = server.close(5_000)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
    release()
    expect(await (await underWay).text()).toBe('done')
    await closing
  })

  it('closes connections that outlive the grace', async () => {
    const { url, server } = await serve({ webhookHandler: () => new Promise(() => {}) })
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('POST /api/github/webhooks HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n')
    const ended = new Promise((resolve) => socket.on('close', resolve))
    await new Promise((resolve) => socket.on('connect', resolve))
    await server.close(30)
    await ended
  })
})

describe('createReadiness', () => {
  it('keeps a good answer for its time, and never a bad one', async () => {
    let clock = 0
    let asked = 0
    let works = false
    const ask = async () => {
      asked += 1
      if (!works) throw new Error('not yet')
      return 'fine'
    }
    const ready = createReadiness({ probes: [probe('sandbox', { ask, cacheMs: 1_000 })], now: () => clock })
    expect((await ready()).ready).toBe(false)
    works = true
    expect((await ready()).ready).toBe(true)
    clock = 999
    await ready()
    expect(asked).toBe(2)
    clock = 1_001
    await ready()
    expect(asked).toBe(3)
  })

  it('asks once for looks that come together', async () => {
    let asked = 0
    const ready = createReadiness({
      probes: [
        probe('sandbox', {
          ask: async () => {
            asked += 1
            return 'fine'
          },
        }),
      ],
    })
    await Promise.all([ready(), ready(), ready()])
    expect(asked).toBe(1)
  })
})
