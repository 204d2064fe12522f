// Signed `issues.labeled` deliveries at an even rate, as a process of its own: `node load-program.ts --load FILE.json`.
// Prints one line of JSON: the latencies in milliseconds and what was answered.
import { createHmac, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

export interface Load {
  url: string
  secret: string
  seconds: number
  perSecond: number
  /** As GitHub makes it; the deliveries are of issues 1, 2, … */
  payload: { issue: Record<string, unknown> } & Record<string, unknown>
}

export interface LoadResult {
  /** From the moment a delivery was due, so that a sender that had to wait counts too. */
  latenciesMs: number[]
  /** Status → how often; `failed` where no answer came. */
  answers: Record<string, number>
}

const { values } = parseArgs({ options: { load: { type: 'string' } } })
const load: Load = JSON.parse(await readFile(values.load ?? '', 'utf8'))
// A connection a delivery, as GitHub does it.
const agent = new Agent({ keepAlive: false })
const result: LoadResult = { latenciesMs: [], answers: {} }

const started = performance.now()
const sent: Promise<void>[] = []
for (let index = 0; index < load.seconds * load.perSecond; index += 1) {
  const due = started + (index * 1_000) / load.perSecond
  await sleep(Math.max(0, due - performance.now()))
  sent.push(deliver(index, due))
}
await Promise.all(sent)
agent.destroy()
console.log(JSON.stringify(result))

async function deliver(index: number, due: number): Promise<void> {
  const number = index + 1
  const issue = { ...load.payload.issue, number, updated_at: new Date().toISOString() }
  const status = await post(JSON.stringify({ ...load.payload, issue })).catch(() => 'failed')
  result.latenciesMs.push(performance.now() - due)
  result.answers[status] = (result.answers[status] ?? 0) + 1
}

function post(body: string): Promise<string> {
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-github-event': 'issues',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${createHmac('sha256', load.secret).update(body).digest('hex')}`,
  }
  return new Promise((resolve, reject) => {
    const sending = request(load.url, { method: 'POST', headers, agent }, (response) => {
      response.resume().once('end', () => resolve(String(response.statusCode)))
    })
    sending.once('error', reject).end(body)
  })
}
