import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandWords, parseCommand } from '../../src/intake/commands.ts'
import { helpReply, nothingToRetry, runReply, statusReply, stopReply } from '../../src/render/command-replies.ts'
import { someRun } from './some-run.ts'

describe('parseCommand', () => {
  it.each(commandWords)('knows %s', (word) => {
    expect(parseCommand(`/draftsmith ${word}`)).toEqual({ kind: word })
  })

  it('takes the first line that begins with it, whatever its case, and ignores what follows the word', () => {
    expect(parseCommand('Thanks!\r\n\r\n/Draftsmith  RETRY please\n/draftsmith stop')).toEqual({ kind: 'retry' })
  })

  it('takes the bare word as a question for help', () => {
    expect(parseCommand('/draftsmith')).toEqual({ kind: 'help' })
  })

  it.each([
    ['a quote', '> /draftsmith run'],
    ['a code block', '```\n/draftsmith run\n```'],
    ['a longer fence that holds a shorter one', '````\n```\n/draftsmith run\n```\n````'],
    ['inline code', '`/draftsmith run`'],
    ['the middle of a line', 'say /draftsmith run'],
    ['an indented line', '    /draftsmith run'],
    ['another word', '/draftsmiths run'],
    ['nothing', ''],
  ])('finds no command in %s', (_where, comment) => {
    expect(parseCommand(comment)).toBeUndefined()
  })

  it('goes on after a closed code block', () => {
    expect(parseCommand('~~~\ncode\n~~~\n/draftsmith status')).toEqual({ kind: 'status' })
  })

  it('names the nearest command', () => {
    expect(parseCommand('/draftsmith staus')).toEqual({ kind: 'unknown', word: 'staus', nearest: 'status' })
    expect(parseCommand('/draftsmith merge')).toEqual({ kind: 'unknown', word: 'merge', nearest: undefined })
  })

  it('never gives back text that could do harm', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const command = parseCommand(`/draftsmith ${text}`)
        if (command?.kind === 'unknown') expect(command.word).toMatch(/^[a-z0-9-]{0,20}$/)
      }),
    )
  })
})

describe('replies', () => {
  const run = someRun()
  const replies = [
    runReply({ kind: 'recorded', run }),
    runReply({ kind: 'already_under_way', run }),
    runReply({ kind: 'stale', run }),
    nothingToRetry,
    stopReply(run),
    stopReply(undefined),
    statusReply(run),
    statusReply(undefined),
    helpReply({ kind: 'help' }),
    helpReply({ kind: 'unknown', word: 'staus', nearest: 'status' }),
  ]

  it.each(replies)('never starts a run: $text', (reply) => {
    expect(reply && parseCommand(reply.text)).toBeUndefined()
  })

  it('says nothing to a delivery that came before', () => {
    expect(runReply({ kind: 'duplicate_delivery' })).toBeUndefined()
  })

  it('guesses what was meant', () => {
    expect(helpReply({ kind: 'unknown', word: 'staus', nearest: 'status' }).text).toContain(
      'There is no command `staus`. Did you mean `status`?',
    )
  })

  it('says how a run ended', () => {
    const ended = someRun({
      state: 'ended',
      endedAt: new Date('2026-01-02T03:04:05Z'),
      outcome: { kind: 'declined', decline: { code: 'too_complex', evidence: [] } },
    })
    expect(statusReply(ended).text).toBe(
      'Run `r-0123456789` (attempt 1): ended, declined: the task is too complex for one pull request, since 2026-01-02 03:04:05 UTC.',
    )
  })
})
