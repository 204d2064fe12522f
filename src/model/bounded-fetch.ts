/** The connection was silent for too long. */
export class IdleTimeout extends Error {
  constructor(idleMs: number) {
    super(`No byte for ${idleMs} ms.`)
    this.name = 'IdleTimeout'
  }
}

/** Waiting longer than this is the worker's business: it can do other runs meanwhile. */
const longestWaitMs = 30_000

/**
 * `fetch` whose body fails with `IdleTimeout` after `idleMs` without a byte. A reply of many minutes is fine as long as
 * something arrives, keep-alive lines included, which no event of the library shows. An answer that asks to wait for long is not retried.
 */
export function boundedFetch(options: { idleMs: number }): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    const headers = new Headers(response.headers)
    if (waitMs(headers) > longestWaitMs) headers.set('x-should-retry', 'false')
    const body = response.body?.pipeThrough(idleGuard(options.idleMs)) ?? null
    return new Response(body, { status: response.status, statusText: response.statusText, headers })
  }
}

/** Milliseconds that `retry-after` asks for; 0 when there is none. Seconds or an HTTP date. */
export function waitMs(headers: Headers, now = Date.now()): number {
  const precise = Number(headers.get('retry-after-ms'))
  if (precise > 0) return precise
  const text = headers.get('retry-after')
  if (!text) return 0
  const seconds = Number(text)
  const ms = Number.isNaN(seconds) ? Date.parse(text) - now : seconds * 1000
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}

function idleGuard(idleMs: number): TransformStream<Uint8Array, Uint8Array> {
  let timer: NodeJS.Timeout | undefined
  const rearm = (controller: TransformStreamDefaultController<Uint8Array>) => {
    clearTimeout(timer)
    timer = setTimeout(() => controller.error(new IdleTimeout(idleMs)), idleMs)
    timer.unref()
  }
  return new TransformStream({
    start: rearm,
    transform(chunk, controller) {
      rearm(controller)
      controller.enqueue(chunk)
    },
    flush: () => clearTimeout(timer),
  })
}
