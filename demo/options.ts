// Flags of `npm run demo`.
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { scenarios } from './scenarios.ts'

export interface DemoOptions {
  all: boolean
  keep: boolean
  live: boolean
  json: string | undefined
  only: string[]
}

export const usage = `npm run demo -- [--all] [--only SLUG]... [--json FILE] [--keep] [--live]

  --all        every recorded scenario, not only the six
  --only SLUG  only this scenario; may be given several times
  --json FILE  writes the result as data, too (schema/demo-result.schema.json)
  --keep       leaves everything up until Ctrl-C, and prints the addresses
  --live       asks a real model; needs ANTHROPIC_API_KEY`

export type ReadOptions = { kind: 'ok'; options: DemoOptions } | { kind: 'help' } | { kind: 'invalid'; problem: string }

export function readOptions(args: string[]): ReadOptions {
  try {
    const { values } = parseArgs({
      args,
      options: {
        all: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        live: { type: 'boolean', default: false },
        json: { type: 'string' },
        only: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    if (values.help) return { kind: 'help' }
    const options = { ...values, json: values.json }
    const problem = problemOf(options)
    return problem === undefined ? { kind: 'ok', options } : { kind: 'invalid', problem }
  } catch (thrown) {
    return { kind: 'invalid', problem: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

function problemOf({ all, only, json }: DemoOptions): string | undefined {
  const slugs = scenarios.map(({ slug }) => slug)
  const unknown = only.find((slug) => !slugs.includes(slug))
  if (unknown !== undefined) return `There is no scenario ${unknown}. There are: ${slugs.join(', ')}.`
  if (all && only.length > 0) return '--all and --only exclude each other.'
  if (json !== undefined && !existsSync(dirname(resolve(json)))) return `There is no folder ${dirname(resolve(json))}.`
  return undefined
}
