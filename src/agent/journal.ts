/**
 * What tool calls were answered, kept across a crash so that the conversation stays byte for byte the same. Types only.
 * Keys are unique within a run; a key recorded again keeps its first text.
 */
export interface Journal {
  recorded(key: string): Promise<string | undefined>
  /** Written a moment later; `written` waits for it. */
  record(key: string, text: string): void
  /** Throws what the ledger throws. */
  written(): Promise<void>
}
