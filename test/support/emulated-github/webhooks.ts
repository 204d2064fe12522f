// Signed webhooks over real HTTP. Nothing waits for a delivery but `settled`.

import { createHmac, randomUUID } from 'node:crypto'
import { isoSeconds } from './bare-repository.ts'
import type { Json } from './json.ts'
import type { Delivery } from './types.ts'

export interface DeliveryRecord extends Delivery {
  installationId: number | undefined
  repositoryId: number | undefined
  requestHeaders: Record<string, string>
  url: string | undefined
}

// GitHub ends a delivery after ten seconds.
const TIMEOUT_MS = 10_000

export class Webhooks {
  readonly deliveries: DeliveryRecord[] = []
  target: string | undefined
  readonly #app: { id: number; webhookSecret: string }
  readonly #pending = new Map<number, Promise<void>>()
  readonly #closing = new AbortController()
  #lastId = 100_000

  constructor(app: { id: number; webhookSecret: string }, target: string | undefined) {
    this.#app = app
    this.target = target
  }

  send(event: string, payload: Json, guid: string = randomUUID(), redelivery = false): DeliveryRecord {
    this.#lastId += 1
    const record: DeliveryRecord = {
      id: this.#lastId,
      guid,
      event,
      action: typeof payload.action === 'string' ? payload.action : undefined,
      payload,
      redelivery,
      deliveredAt: new Date().toISOString(),
      status: undefined,
      durationMs: undefined,
      responseBody: undefined,
      error: undefined,
      installationId: idOf(payload.installation),
      repositoryId: idOf(payload.repository),
      requestHeaders: {},
      url: this.target,
    }
    this.deliveries.push(record)
    const sending = this.#deliver(record).finally(() => this.#pending.delete(record.id))
    this.#pending.set(record.id, sending)
    return record
  }

  async redeliver(id: number): Promise<DeliveryRecord> {
    const original = this.deliveries.find((delivery) => delivery.id === id)
    if (!original) throw new Error(`There is no delivery ${id}`)
    const record = this.send(original.event, original.payload, original.guid, true)
    await this.#pending.get(record.id)
    return record
  }

  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending.values())
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.settled()
  }

  async #deliver(record: DeliveryRecord): Promise<void> {
    if (!record.url) {
      record.error = 'no webhook target'
      return
    }
    const body = JSON.stringify(record.payload)
    record.requestHeaders = this.#headers(record, body)
    const started = performance.now()
    try {
      const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)])
      const response = await fetch(record.url, { method: 'POST', headers: record.requestHeaders, body, signal })
      record.responseBody = await response.text()
      record.status = response.status
    } catch (error) {
      record.error = error instanceof Error ? `${error.message} ${causeOf(error)}`.trim() : String(error)
    }
    record.durationMs = performance.now() - started
  }

  #headers(record: DeliveryRecord, body: string): Record<string, string> {
    const sign = (algorithm: string) =>
      `${algorithm}=${createHmac(algorithm, this.#app.webhookSecret).update(body).digest('hex')}`
    return {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/emulated',
      'x-github-delivery': record.guid,
      'x-github-event': record.event,
      'x-github-hook-id': '1',
      'x-github-hook-installation-target-id': String(this.#app.id),
      'x-github-hook-installation-target-type': 'integration',
      'x-hub-signature': sign('sha1'),
      'x-hub-signature-256': sign('sha256'),
    }
  }
}

/** One delivery as `GET /app/hook/deliveries` lists it. */
export function summarizeDelivery(record: DeliveryRecord): Json {
  const answered = record.status !== undefined
  return {
    id: record.id,
    guid: record.guid,
    delivered_at: isoSeconds(new Date(record.deliveredAt)),
    redelivery: record.redelivery,
    duration: Math.round(record.durationMs ?? 0) / 1000,
    status:
      record.status === undefined ? (record.error ?? 'Pending') : record.status < 300 ? 'OK' : 'Invalid HTTP Response',
    status_code: answered ? record.status : 0,
    event: record.event,
    action: record.action ?? null,
    installation_id: record.installationId ?? null,
    repository_id: record.repositoryId ?? null,
    throttled_at: null,
  }
}

/** One delivery with request and response, as `GET /app/hook/deliveries/{id}` has it. */
export function detailDelivery(record: DeliveryRecord): Json {
  return {
    ...summarizeDelivery(record),
    url: record.url ?? null,
    request: { headers: record.requestHeaders, payload: record.payload },
    response: { headers: {}, payload: record.responseBody ?? null },
  }
}

function idOf(value: unknown): number | undefined {
  return typeof value === 'object' && value !== null && 'id' in value && typeof value.id === 'number'
    ? value.id
    : undefined
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? `(${error.cause.message})` : ''
}
