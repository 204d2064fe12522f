import { promisify } from 'node:util'
import { constants, gunzip, gzip } from 'node:zlib'

const compressAsync = promisify(gzip)
const decompressAsync = promisify(gunzip)

/** gzip off the main thread, fast rather than small: it stands between a model's reply and the next request. */
export function compress(content: string | Uint8Array): Promise<Buffer> {
  return compressAsync(content, { level: constants.Z_BEST_SPEED })
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
