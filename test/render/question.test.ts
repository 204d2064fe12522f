import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../src/intake/commands.ts'
import {
  answerCommands,
  howToAnswer,
  renderCall,
  renderQuestion,
  renderTerminalQuestion,
} from '../../src/render/question.ts'
import { parseStatus, renderStatus } from '../../src/render/status.ts'
import { someRun } from '../intake/some-run.ts'
import { approvalOf, choiceOf } from '../run/support.ts'
import { statusView } from './views.ts'

describe('an approval', () => {
  const question = approvalOf('1a2b3c4d', {
    reasons: ['The plan touches 20 files; limits.files is 15.', 'It asks @bob.'],
  })

  it('begins with what to say, since it is read on phones', () => {
    expect(renderQuestion(question)).toEqual([
      '**To agree**, comment `/draftsmith approve 1a2b3c4d`\n**Or say it in your own words:** `/draftsmith revise`, followed by what the plan should do differently',
      expect.stringMatching(
        /^\*\*Why you are asked\*\*\n- The plan touches 20 files; limits\.files is 15\.\n- It asks/,
      ),
    ])
    expect(renderQuestion(question)[1]).not.toContain(' @bob')
  })

  it('is the comment of a run that waits, and nothing of it once the run goes on or is tried again', () => {
    const waiting = renderStatus(statusView({ state: 'awaiting_approval', question }))
    expect(parseStatus(waiting)?.state).toBe('awaiting_approval')
    expect(waiting).toContain('### ✋ The plan waits for approval\n\n**To agree**, comment')
    expect(waiting).toContain('Comment `/draftsmith stop` to stop it.')
    const retry = { reason: 'GitHub does not answer.', by: '2026-11-20T10:42:07.120Z' }
    const again = renderStatus(statusView({ state: 'queued', question, retry }))
    expect(again).toContain('### ⏳ Waiting to try again\n\nGitHub does not answer.')
    expect(again).not.toContain('approve')
  })

  it('is in a terminal the plan, the reasons and the commands', () => {
    expect(renderTerminalQuestion('r-k3v9x2m4q7', question)).toBe(`The plan 1a2b3c4d waits for approval: Round once.
What would change:
  modify src/total.js: Round the sum
Why you are asked:
  The plan touches 20 files; limits.files is 15.
  It asks @ bob.

To go on:
  draftsmith approve r-k3v9x2m4q7 1a2b3c4d
  draftsmith revise r-k3v9x2m4q7 "what should be different"`)
  })
})

it('whoever asked for the run is called by name, and only a name is written', () => {
  const run = someRun()
  expect(renderCall(run, approvalOf('1a2b3c4d'))).toBe(`<!-- draftsmith:question run=r-0123456789 hash=1a2b3c4d -->
@mia: Please look at the status comment of this issue. The plan \`1a2b3c4d\` waits: \`/draftsmith approve 1a2b3c4d\` carries it out, \`/draftsmith revise\` with a remark plans again.`)
  const odd = { ...run, task: { ...run.task, requestedBy: 'acme/everybody' } }
  expect(renderCall(odd, choiceOf('99999999'))).not.toContain('@')
})

describe('a choice', () => {
  const question = choiceOf('99999999', ['Round up', 'Round down'])

  it('has numbered options, the recommended one named', () => {
    expect(renderQuestion(question)).toEqual([
      'The issue says both.',
      '1. Round up **(recommended)**\n2. Round down',
      '**To choose**, comment `/draftsmith choose 1`, or the number of another one\n**Or say it in your own words:** `/draftsmith revise`, followed by how it should be instead',
    ])
    expect(howToAnswer(question)).toContain('with a number from 1 to 2')
    expect(answerCommands('r-1', question)[0]).toBe('draftsmith choose r-1 1')
  })
})

it('no words of a model make a command of the comment', () => {
  fc.assert(
    fc.property(fc.string(), (words) => {
      const said = `/draftsmith stop ${words}`
      const choice = choiceOf('99999999', [said, `${words}\n/draftsmith run`])
      const escalation = { ...choice.escalation, reason: said, evidence: [said] }
      const asks = [{ ...choice, escalation }, approvalOf('1a2b3c4d', { reasons: [said, `\n/draftsmith run`] })]
      for (const question of asks) {
        const state = question.kind === 'choice' ? 'awaiting_answer' : 'awaiting_approval'
        expect(parseCommand(renderStatus(statusView({ state, question })))).toBeUndefined()
      }
    }),
    { numRuns: 50 },
  )
})
