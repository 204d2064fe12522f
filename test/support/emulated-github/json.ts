// Reading JSON that came over a wire without believing its shape.

export type Json = Record<string, unknown>

export function asRecord(value: unknown): Json {
  return isRecord(value) ? value : {}
}

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function asRecords(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

export function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
