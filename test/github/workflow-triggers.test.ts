import { describe, expect, it } from 'vitest'
import { runsOnPush } from '../../src/github/workflow-triggers.ts'

const branch = 'agent/issue-12'

describe('runsOnPush', () => {
  it.each([
    ['a plain push', 'on: push'],
    ['a list of events', 'on: [pull_request, push]'],
    ['a push without filters', 'on:\n  push:'],
    ['filters by path, which are known too late', 'on:\n  push:\n    paths: [src/**]'],
    ['a pattern for every branch', "on:\n  push:\n    branches: ['**']"],
    ['a pattern with a folder', "on:\n  push:\n    branches: ['agent/*']"],
    ['a pattern that is taken back in', "on:\n  push:\n    branches: ['**', '!agent/**', 'agent/issue-*']"],
    ['a branch that is not among the ignored', 'on:\n  push:\n    branches-ignore: [main]'],
    ['the creation of a branch', 'on: create'],
    ['quotes around the key', "'on': push"],
    ['a file that cannot be read', 'on: [push'],
    ['a pattern that is too costly to try', `on:\n  push:\n    branches: ['${'*a'.repeat(20)}']`],
    ['such a pattern of optional letters', `on:\n  push:\n    branches: ['${'a?'.repeat(40)}']`],
    ['such a pattern that takes out again', `on:\n  push:\n    branches: ['**', '!${'*a'.repeat(20)}']`],
    ['such a pattern among the ignored', `on:\n  push:\n    branches-ignore: ['${'a+'.repeat(20)}']`],
  ])('is true for %s', (_what, workflow) => {
    expect(runsOnPush(workflow, branch)).toBe(true)
  })

  it.each([
    ['pull requests only', 'on: pull_request'],
    ['another branch', 'on:\n  push:\n    branches: [main]'],
    ['a star that stops at the slash', "on:\n  push:\n    branches: ['*']"],
    ['a branch that is taken out again', "on:\n  push:\n    branches: ['**', '!agent/**']"],
    ['an ignored branch', "on:\n  push:\n    branches-ignore: ['agent/**']"],
    ['tags only', "on:\n  push:\n    tags: ['v*']"],
    ['no trigger at all', 'jobs: {}'],
    ['an empty file', ''],
  ])('is false for %s', (_what, workflow) => {
    expect(runsOnPush(workflow, branch)).toBe(false)
  })
})
