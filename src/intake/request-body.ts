import type { IncomingMessage } from 'node:http'
import { Fault } from '../errors.ts'

export interface BodyLimits {
  /** Of one body. */
  mostBytes: number
  /** Of all that are being read: whoever sends them has not yet shown that it knows the secret. */
  mostBytesTogether: number
}

/**
 * Reads a body as text. Throws `invalid_input`/`body_too_large` as soon as that is known, `infrastructure`/`body_cut` when the
 * sender leaves, and `infrastructure`/`bodies_too_many` when too much is being read at once.
 */
export function createBodyReader({ mostBytes, mostBytesTogether }: BodyLimits) {
  let together = 0
  return async (request: IncomingMessage): Promise<string> => {
    if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge(mostBytes)
    const chunks: Buffer[] = []
    let bytes = 0
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        bytes += chunk.length
        together += chunk.length
        if (bytes > mostBytes) throw tooLarge(mostBytes)
        if (together > mostBytesTogether) throw tooMany()
        chunks.push(chunk)
      }
    } catch (cause) {
      if (cause instanceof Fault) throw cause
      throw new Fault('infrastructure', 'body_cut', 'The connection ended before the whole body came.', { cause })
    } finally {
      together -= bytes
    }
    return Buffer.concat(chunks).toString('utf8')
  }
}

function tooMany(): Fault {
  return new Fault('infrastructure', 'bodies_too_many', 'Too much is being sent here at once.', {
    mend: 'Send it again later; GitHub lists the delivery as failed, and it is asked for again.',
  })
}

function tooLarge(mostBytes: number): Fault {
  return new Fault('invalid_input', 'body_too_large', `The body has more than ${mostBytes} bytes.`, {
    mend: 'GitHub sends at most 25 MB; this came from elsewhere.',
  })
}
