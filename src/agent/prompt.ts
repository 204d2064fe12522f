import { readFileSync } from 'node:fs'
import { Fault } from '../errors.ts'

/** Reads a prompt that lies beside the code that uses it: `loadPrompt(new URL('./plan.md', import.meta.url))`. Without the end of the last line. */
export function loadPrompt(url: URL): string {
  return readFileSync(url, 'utf8').trimEnd()
}

/** Puts values into `{{name}}`. A name without a value, or a value without its name, is a defect; values are never searched for names. */
export function fill(template: string, values: Record<string, string>): string {
  const used = new Set<string>()
  const filled = template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (value === undefined) throw defect(`The prompt asks for {{${name}}}, which nobody gives.`)
    used.add(name)
    return value
  })
  const unused = Object.keys(values).filter((name) => !used.has(name))
  if (unused.length > 0) throw defect(`The prompt has no place for ${unused.join(', ')}.`)
  return filled
}

function defect(message: string): Fault {
  return new Fault('defect', 'prompt_variable', message)
}
