import { readFileSync } from 'node:fs'

/** Reads a prompt that lies beside the code that uses it: `loadPrompt(new URL('./plan.md', import.meta.url))`. Without the end of the last line. */
export function loadPrompt(url: URL): string {
  return readFileSync(url, 'utf8').trimEnd()
}
