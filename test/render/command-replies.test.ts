import { describe, expect, it } from 'vitest'
import { type CommandReply, renderCommandReply } from '../../src/render/command-replies.ts'
import type { Run } from '../../src/run/run.ts'
import { taskOf } from '../policy/fixture.ts'

const run: Run = {
  id: 'r-k3v9x2m4q7',
  attempt: 2,
  taskKey: 'github:octo/slugs#12',
  repositoryKey: 'github:octo/slugs',
  task: taskOf(),
  state: 'awaiting_approval',
  outcome: undefined,
  epoch: 1,
  version: '0.1.0',
  cancelReason: undefined,
  createdAt: new Date('2026-11-20T10:42:07Z'),
  startedAt: undefined,
  endedAt: undefined,
}

describe('an answer to a command', () => {
  it.each<[CommandReply, string]>([
    [{ kind: 'started', run }, 'Run `r-k3v9x2m4q7` is recorded.'],
    [{ kind: 'already_under_way', run }, 'Run `r-k3v9x2m4q7` is under way already; one at a time.'],
    [{ kind: 'stopping', run }, 'Run `r-k3v9x2m4q7` is being stopped. What it has is kept.'],
    [{ kind: 'nothing_under_way' }, 'No run is under way for this issue. Comment `/draftsmith run` to start one.'],
    [{ kind: 'status', run }, 'Run `r-k3v9x2m4q7` (attempt 2, recorded 2026-11-20 10:42:07 UTC) is awaiting approval.'],
    [
      { kind: 'status', run: { ...run, state: 'ended', outcome: { kind: 'cancelled', reason: 'x' } } },
      'Run `r-k3v9x2m4q7` (attempt 2, recorded 2026-11-20 10:42:07 UTC) has ended: ⏹️ Stopped',
    ],
    [{ kind: 'unknown', command: 'merge `x` @bob' }, 'There is no command ``merge `x` @bob``.'],
    [{ kind: 'help' }, 'Comments that begin with one of these are commands, from people with write access:'],
  ])('$kind', (reply, begin) => {
    const text = renderCommandReply(reply)
    expect(text.startsWith(begin)).toBe(true)
    // No line of ours can be taken for a command.
    expect(text).not.toMatch(/^\s*\/draftsmith/m)
  })
})
