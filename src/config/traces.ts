// Where traces go, by the names that OpenTelemetry has for it.
import type { Variables } from './variables.ts'

export interface TracesConfig {
  /** Without the path of a signal. */
  endpoint: string
  headers: Record<string, string>
}

export function tracesOf(given: Variables): TracesConfig | undefined {
  const endpoint = given.OTEL_EXPORTER_OTLP_ENDPOINT
  return endpoint === undefined ? undefined : { endpoint, headers: given.OTEL_EXPORTER_OTLP_HEADERS }
}
