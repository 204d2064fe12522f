import type { IncomingMessage } from 'node:http'
import { Fault } from '../errors.ts'

/** The body as text. Throws `invalid_input`/`body_too_large` as soon as that is known, `infrastructure`/`body_cut` when the sender leaves. */
export async function readBody(request: IncomingMessage, mostBytes: number): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge(mostBytes)
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > mostBytes) throw tooLarge(mostBytes)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw new Fault('infrastructure', 'body_cut', 'The connection ended before the whole body came.', { cause })
  }
  return Buffer.concat(chunks).toString('utf8')
}

function tooLarge(mostBytes: number): Fault {
  return new Fault('invalid_input', 'body_too_large', `The body has more than ${mostBytes} bytes.`, {
    mend: 'GitHub sends at most 25 MB; this came from elsewhere.',
  })
}
