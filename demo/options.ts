// Flags of `npm run demo`.
import { parseArgs } from 'node:util'

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

export type ReadOptions = { kind: 'ok'; options: DemoOptions } | { kind: 'invalid'; problem: string }

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
      },
    })
    return { kind: 'ok', options: { ...values, json: values.json } }
  } catch (thrown) {
    return { kind: 'invalid', problem: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}
