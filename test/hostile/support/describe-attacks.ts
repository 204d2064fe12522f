// Shows each attack of a family as two tests: it is held, and without the defence it arrives.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createBubblewrapSandbox } from '../../../src/sandbox/bubblewrap-sandbox.ts'
import { requirePackage, withoutSystemPart } from '../../support/system.ts'
import type { Defence, Family, HostileCase } from './hostile-case.ts'
import { runAttacks, type Verdict } from './throwaway.ts'

const programs = ['bwrap', 'socat', 'python3', 'git', 'unshare', 'ip']

/** Both sides run at the same time, in a process each. */
export async function describeAttacks(family: Family, cases: Record<string, { attack: HostileCase }>): Promise<void> {
  const needsPrograms = requirePackage('bubblewrap, util-linux and iproute2', programs)
  const { usable, problem } = await createBubblewrapSandbox({ hostEnv: process.env }).probe()
  const place = usable ? needsPrograms : withoutSystemPart(problem?.what ?? '', problem?.mend ?? '')
  place(family, () => {
    const verdicts = { on: new Map<string, Verdict>(), off: new Map<string, Verdict>() }
    const run = (defence: Defence) =>
      runAttacks(family, defence, (verdict) => verdicts[defence].set(verdict.name, verdict))
    beforeAll(() => Promise.all([run('on'), run('off')]))
    afterAll(() => {
      for (const side of Object.values(verdicts)) side.clear()
    })
    for (const [name, { attack }] of Object.entries(cases)) {
      const title = `${attack.mechanism}: ${name}`
      it(`${title} is held`, () => {
        const { reached, error } = verdicts.on.get(name) ?? {}
        expect({ reached, error }).toEqual({ reached: false })
      })
      if (attack.flood) continue
      it(`${title} arrives without the defence`, () => {
        const { reached, error } = verdicts.off.get(name) ?? {}
        expect({ reached, error }).toEqual({ reached: true })
      })
    }
  })
}
