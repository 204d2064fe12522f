import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandWords, parseCommand } from '../../src/intake/commands.ts'
import {
  answerReply,
  emptyRemark,
  helpReply,
  nothingToRetry,
  readinessReply,
  remarkTooLong,
  runReply,
  statusReply,
  stopReply,
  unanswerable,
} from '../../src/render/command-replies.ts'
import type { Refusal, Said } from '../../src/run/question.ts'
import { approvalOf, choiceOf } from '../run/support.ts'
import { someRun } from './some-run.ts'

describe('parseCommand', () => {
  it.each(commandWords)('knows %s', (word) => {
    expect(parseCommand(`/draftsmith ${word}`)).toMatchObject({ kind: word })
  })

  it.each([
    ['/draftsmith approve 1a2b3c4d', '1a2b3c4d'],
    ['/draftsmith approve `1A2B3C4D`.', '1a2b3c4d'],
    ['/draftsmith   approve\t1a2b3c4d, thank you', '1a2b3c4d'],
    ['/draftsmith approve\n1a2b3c4d', ''],
    ['/draftsmith approve <script>', 'script'],
  ])('takes the hash of %j', (comment, hash) => {
    expect(parseCommand(comment)).toEqual({ kind: 'approve', hash })
  })

  it.each([
    ['/draftsmith choose 2', 2],
    ['/draftsmith choose #2 please', 2],
    ['/draftsmith choose (12)', 12],
    ['/draftsmith choose two', 0],
    ['/draftsmith choose -', 0],
    ['/draftsmith choose', 0],
  ])('takes the number of %j', (comment, option) => {
    expect(parseCommand(comment)).toEqual({ kind: 'choose', option })
  })

  it('takes everything that follows a revise, over lines and code', () => {
    const comment = 'Hm.\n/draftsmith revise Leave `src/a.ts` alone.\r\n\n```js\n/draftsmith stop\n```\n> and this\n'
    expect(parseCommand(comment)).toEqual({
      kind: 'revise',
      text: 'Leave `src/a.ts` alone.\n\n```js\n/draftsmith stop\n```\n> and this',
    })
    expect(parseCommand('/draftsmith revise\nOn the next line.')).toEqual({ kind: 'revise', text: 'On the next line.' })
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

const refusals: Refusal[] = [
  'not_waiting',
  'answered',
  'other_hash',
  'other_kind',
  'no_such_option',
  'too_many_revisions',
]

describe('replies', () => {
  const run = someRun()
  const waiting = someRun({ state: 'awaiting_approval', question: approvalOf('1a2b3c4d') })
  const approve: Said = { kind: 'approve', hash: '00000000' }
  const answeredWith = (said: Said) => {
    const answer = { question: approvalOf('1a2b3c4d'), said, by: 'mia', askedAt: new Date(0), at: new Date(1) }
    return { kind: 'answered' as const, run, answer }
  }
  const replies = [
    runReply({ kind: 'recorded', run }),
    runReply({ kind: 'already_under_way', run }),
    runReply({ kind: 'stale', run }),
    nothingToRetry,
    readinessReply({ kind: 'recorded', run }),
    readinessReply({ kind: 'already_under_way', run }),
    stopReply([run]),
    stopReply([]),
    statusReply(run),
    statusReply(undefined),
    runReply({ kind: 'already_under_way', run: waiting }),
    statusReply(waiting),
    statusReply(someRun({ state: 'awaiting_answer', question: choiceOf('1a2b3c4d') })),
    ...refusals.map((refusal) => answerReply(approve, { kind: 'refused', refusal, run: waiting, earlier: [] })),
    ...[approve, { kind: 'revise', text: 'x' } as const, { kind: 'choose', option: 1 } as const].map((said) =>
      answerReply(said, answeredWith(said)),
    ),
    unanswerable,
    emptyRemark,
    remarkTooLong(4_000),
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

  it('answers a wrong hash with the right one', () => {
    const reply = answerReply(approve, { kind: 'refused', refusal: 'other_hash', run: waiting, earlier: [] })
    expect(reply).toEqual({
      reaction: 'confused',
      text: 'That is not the plan that waits; nothing was done. The plan `1a2b3c4d` waits: `/draftsmith approve 1a2b3c4d` carries it out, `/draftsmith revise` with a remark plans again.',
    })
  })

  it('says where a run stands that waits for nothing', () => {
    const reply = answerReply(approve, { kind: 'refused', refusal: 'not_waiting', run, earlier: [] })
    expect(reply.text).toBe('Nothing waits for an answer. Run `r-0123456789`: waiting for a worker.')
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
