// Writes the files that are made from code. `--check` writes nothing, names the stale ones and fails.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { demoResult } from '../demo/result.ts'
import { policySchema } from '../src/policy/policy.ts'
import { evidenceSchema } from '../src/verify/evidence.ts'
import { benchReport } from './bench/report.ts'
import { policyDocument } from './policy-document.ts'

const root = join(import.meta.dirname, '..')
const policyJsonSchema = z.toJSONSchema(policySchema, { io: 'input', target: 'draft-7' })

/** A new generated file is a new line here. */
const generated: [path: string, content: () => string][] = [
  ['schema/draftsmith.schema.json', () => json({ title: 'Draftsmith policy', ...policyJsonSchema })],
  [
    'schema/demo-result.schema.json',
    () => json({ title: 'Result of the demo', ...z.toJSONSchema(demoResult, { target: 'draft-7' }) }),
  ],
  [
    'schema/bench.schema.json',
    () => json({ title: 'Figures of the benchmark', ...z.toJSONSchema(benchReport, { target: 'draft-7' }) }),
  ],
  [
    'schema/evidence.schema.json',
    () => json({ title: 'Evidence of a run', ...z.toJSONSchema(evidenceSchema, { target: 'draft-7' }) }),
  ],
  ['docs/policy.md', policyDocument],
]

const check = process.argv.includes('--check')
for (const [path, content] of generated) {
  const target = join(root, path)
  const wanted = content()
  if (read(target) === wanted) continue
  if (check) {
    console.log(`${path} is stale: npm run generate`)
    process.exitCode = 1
  } else {
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, wanted)
    console.log(`${path} written`)
  }
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
