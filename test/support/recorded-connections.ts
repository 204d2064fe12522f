import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RecordedConnections extends AsyncDisposable {
  /** For the processes that are listened to. */
  env: Record<string, string>
  /** `host:port`, once each, sorted. */
  destinations(): Promise<string[]>
}

/** Whom processes of Node connect to; see record-connections.mjs. */
export async function recordConnections(): Promise<RecordedConnections> {
  const folder = await mkdtemp(join(tmpdir(), 'draftsmith-connections-'))
  const file = join(folder, 'connections')
  return {
    env: {
      NODE_OPTIONS: `--import=${new URL('record-connections.mjs', import.meta.url).href}`,
      RECORD_CONNECTIONS: file,
    },
    async destinations() {
      const text = await readFile(file, 'utf8').catch(() => '')
      return [...new Set(text.split('\n').filter((line) => line !== ''))].sort()
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
