// The corpus itself: how large it is, how varied, and that every file of it takes part.
import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import * as commands from './commands/index.ts'
import * as git from './git/index.ts'
import * as github from './github/index.ts'
import * as model from './model/index.ts'
import * as policy from './policy/index.ts'
import { type Family, families, type HostileCase } from './support/hostile-case.ts'

const corpus: Record<Family, Record<string, { attack: HostileCase }>> = { commands, git, model, github, policy }
const casesOf = (family: Family) => Object.values(corpus[family]).map(({ attack }) => attack)

it('holds at least eighty cases', () => {
  expect(families.flatMap(casesOf).length).toBeGreaterThanOrEqual(80)
})

describe.each(families)('%s', (family) => {
  it('has at least eight mechanisms', () => {
    expect(new Set(casesOf(family).map(({ mechanism }) => mechanism)).size).toBeGreaterThanOrEqual(8)
  })

  it('runs every file in its folder', async () => {
    const names = await readdir(new URL(`./${family}`, import.meta.url))
    const files = names.filter((name) => name !== 'index.ts').map((name) => name.replace(/\.ts$/, ''))
    const camelCased = files.map((name) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()))
    expect(Object.keys(corpus[family]).sort()).toEqual(camelCased.sort())
  })

  it('says of each case what it would have gained, and shows it unless it floods', () => {
    for (const { gain, flood, mechanism, family: own } of casesOf(family)) {
      expect(own).toBe(family)
      expect(gain.length).toBeGreaterThan(20)
      expect(flood).toBe(flood && /^flood/.test(mechanism))
    }
  })
})
