// Where this deployment's traces go.
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Ledger } from '../run/ledger.ts'
import { noSpans } from '../trace/no-spans.ts'
import type { Spans } from '../trace/spans.ts'
import { version } from './process.ts'

/** The exporter is loaded only where an address is set. */
export async function composeSpans({ traces }: Config, log: Logger): Promise<Spans> {
  if (traces === undefined) return noSpans
  const { createOtlpSpans } = await import('../trace/otlp-spans.ts')
  return createOtlpSpans({ ...traces, version, log })
}

/** Whoever closes the ledger last of all has nothing more to trace. */
export function closingSpans(ledger: Ledger, spans: Spans): Ledger {
  return {
    ...ledger,
    async close() {
      await ledger.close()
      await spans.close()
    },
  }
}
