import { createInterface } from 'node:readline/promises'

/** What a command talks to; a test gives its own. */
export interface Terminal {
  out(text: string): void
  progress(line: string): void
  stdin: NodeJS.ReadableStream
  /** Aborted by the first Ctrl-C. */
  interrupted: AbortSignal
  /** One line that somebody types; empty when they leave it. Absent where nobody sits there. */
  ask?(prompt: string): Promise<string>
}

/** Asks on standard error, since standard output is for results; absent where either end is no terminal. */
export function askAt(
  { stdin, stderr }: { stdin: NodeJS.ReadStream; stderr: NodeJS.WriteStream },
  interrupted: AbortSignal,
): Terminal['ask'] {
  if (!stdin.isTTY || !stderr.isTTY) return undefined
  return async (prompt) => {
    // The terminal keeps its own line editing, and Ctrl-C stays a signal.
    const lines = createInterface({ input: stdin, output: stderr, terminal: false })
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')))
    try {
      return await Promise.race([lines.question(prompt, { signal: interrupted }), closed])
    } catch {
      return ''
    } finally {
      lines.close()
    }
  }
}
