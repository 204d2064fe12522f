// Takes credentials out of texts that are kept or shown: logs, artifacts, traces, prompts.
import { findSecrets } from './secret-patterns.ts'

/** The text with every known shape of a credential replaced by `[redacted: <shape>]`. Pure; applying it twice changes nothing. */
export function redact(text: string): string {
  const hits = findSecrets(text).sort((a, b) => a.at - b.at || b.end - a.end)
  let result = ''
  let from = 0
  for (const { rule, at, end } of hits) {
    if (end <= from) continue
    // Two shapes may overlap; the first one names both.
    result += at >= from ? `${text.slice(from, at)}[redacted: ${rule}]` : ''
    from = end
  }
  return result + text.slice(from)
}

/** Plain data with every text in it redacted; keys stay. */
export function redactData(data: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(data), (_key, value: unknown) => (typeof value === 'string' ? redact(value) : value))
}
