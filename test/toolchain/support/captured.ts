import { readFileSync } from 'node:fs'
import { z } from 'zod'

const capture = z.object({ command: z.string(), exitCode: z.number(), output: z.string(), report: z.string() })

/** What a real runner printed and reported, of `fixtures/<name>.json`. */
export function captured(name: string): z.infer<typeof capture> {
  const text = readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8')
  return capture.parse(JSON.parse(text))
}

/** Where the commands of all captures ran, under that name. */
export const capturedPlaces = { root: '/srv/repo', home: '/srv/home', cwd: '.' }
