import { promisify } from 'node:util'
import { constants, gunzip, gzip, gzipSync } from 'node:zlib'

const compressAsync = promisify(gzip)
const decompressAsync = promisify(gunzip)

const fast = { level: constants.Z_BEST_SPEED }
/** Below this the way to another thread and back takes longer than the work. */
const atOnce = 16 * 1024

/** gzip, fast rather than small: it stands between a model's reply and the next request. What is large leaves the main thread. */
export async function compress(content: string | Uint8Array): Promise<Buffer> {
  return content.length < atOnce ? gzipSync(content, fast) : compressAsync(content, fast)
}

export function decompress(content: Uint8Array): Promise<Buffer> {
  return decompressAsync(content)
}

/** Any JSON value as gzip'd JSON. `undefined` is kept as `null`. */
export function packJson(value: unknown): Promise<Buffer> {
  return compress(JSON.stringify(value ?? null))
}

export async function unpackJson<T>(content: Uint8Array): Promise<T> {
  return JSON.parse((await decompress(content)).toString('utf8'))
}
