// Runs one family's attacks within this process, and tells a line of JSON about each. Started by support/throwaway.ts.
import pLimit from 'p-limit'
import { z } from 'zod'
import * as commands from './commands/index.ts'
import * as git from './git/index.ts'
import * as github from './github/index.ts'
import * as model from './model/index.ts'
import * as policy from './policy/index.ts'
import { type Defence, type Family, families, type HostileCase } from './support/hostile-case.ts'
import type { Verdict } from './support/throwaway.ts'

const patienceMs = 60_000
const atOnce = 3

export type Cases = Record<string, { attack: HostileCase }>

const casesOf: Record<Family, Cases> = { commands, git, model, github, policy }

const [, , family, defence] = z
  .tuple([z.string(), z.string(), z.enum(families), z.enum(['on', 'off'])])
  .parse(process.argv)
const limit = pLimit(atOnce)
await Promise.all(
  Object.entries(casesOf[family])
    .filter(([, { attack }]) => defence === 'on' || !attack.flood)
    .map(([name, { attack }]) => limit(async () => console.log(JSON.stringify(await judge(name, attack, defence))))),
)
// What an attack left running must not keep us.
process.exit(0)

async function judge(name: string, attack: HostileCase, defence: Defence): Promise<Verdict> {
  const started = performance.now()
  const verdict = await within(patienceMs, attack.attempt(defence)).then(
    (reached) => ({ name, reached }),
    (thrown: unknown) => ({
      name,
      reached: false,
      error: thrown instanceof Error ? `${thrown.stack}` : String(thrown),
    }),
  )
  return { ...verdict, durationMs: Math.round(performance.now() - started) }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms).unref()
  })
  return Promise.race([work, late])
}
