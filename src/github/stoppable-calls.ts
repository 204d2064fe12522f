// Calls that end when the run that makes them is stopped, whatever they wait for: a limit, their turn to write, another attempt,
// an answer.
import type { Client } from './octokit-client.ts'

type Fetch = typeof globalThis.fetch

/** A write that is with GitHub already is waited for so long, since what became of it has to be known. */
const graceMs = 3_000

/** `stop` is asked at each call. What was not sent by then never is. Throws what the signal was aborted with. */
export function stoppable(client: Client, stop: () => AbortSignal | undefined): Client {
  client.hook.wrap('request', (request, asked) => {
    const signal = stop()
    if (signal === undefined || asked.url === '/installation/token') return request(asked)
    signal.throwIfAborted()
    const sending = watchSending(signal, { isRead: asked.method === 'GET', fetch: asked.request.fetch })
    // In place: every hook within this one was bound to the same object, whatever it is called with.
    asked.request = { ...asked.request, fetch: sending.fetch }
    return untilStopped(signal, request(asked), () => (sending.isWriting() ? graceMs : 0))
  })
  return client
}

/** What the call comes to, unless the signal comes first, and `grace` milliseconds after it. */
export async function untilStopped<T>(
  signal: AbortSignal,
  call: T | Promise<T>,
  grace: () => number = () => 0,
): Promise<T> {
  const stopped = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const stop = () => {
    timer = setTimeout(() => stopped.reject(signal.reason), grace())
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop)
  try {
    return await Promise.race([call, stopped.promise])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** Innermost, after all that a call has to wait for. */
function watchSending(
  signal: AbortSignal,
  { isRead, fetch = globalThis.fetch }: { isRead: boolean; fetch: Fetch | undefined },
): { fetch: Fetch; isWriting(): boolean } {
  let writing = false
  return {
    isWriting: () => writing,
    fetch: async (input, init) => {
      signal.throwIfAborted()
      if (isRead) return fetch(input, { ...init, signal })
      writing = true
      try {
        return await fetch(input, init)
      } finally {
        writing = false
      }
    },
  }
}
