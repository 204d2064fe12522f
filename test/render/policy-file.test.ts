import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { defaultCeilings, defaultPolicy, parsePolicy } from '../../src/policy/policy.ts'
import { policyKeys } from '../../src/policy/policy-keys.ts'
import { renderPolicyFile } from '../../src/render/policy-file.ts'

const text = renderPolicyFile()
/** What somebody gets who takes away every `#` that stands before a key, and no explanation. */
const opened = text.replaceAll(/^#(?! [^ ]|$)/gm, '')
const defaults = defaultPolicy(defaultCeilings)

describe('the policy file that explains itself', () => {
  it('changes nothing as it is', () => {
    expect(parse(text)).toBeNull()
    expect(parsePolicy(text, defaultCeilings)).toEqual({ kind: 'ok', policy: defaults, notes: [] })
  })

  it('is valid with every key taken out of its comment, and says what holds anyway', () => {
    expect(parsePolicy(opened, defaultCeilings)).toMatchObject({ kind: 'ok', policy: defaults })
  })

  it('has every key, those without a default as an explanation', () => {
    const written = parse(opened) as Record<string, unknown>
    const value = (path: string) =>
      path.split('.').reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], written)
    for (const { path, initial } of policyKeys()) {
      if (initial === undefined) expect(text).toMatch(new RegExp(`^#  ?.*\\b${path.split('.').at(-1)} \\(`, 'm'))
      else expect(value(path), path).toEqual(JSON.parse(JSON.stringify(initial)))
    }
  })

  it('keeps its lines short enough to read, and opens one key with its section', () => {
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    const one = text.replace('#limits:', 'limits:').replace('#  usd: 5', '  usd: 2')
    expect(parsePolicy(one, defaultCeilings)).toMatchObject({ kind: 'ok', policy: { limits: { usd: 2, files: 15 } } })
  })
})
