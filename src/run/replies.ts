// Answers that commands are owed, so that none is lost and none is said twice. Types only; the adapter is run/drizzle-replies.ts.
import type { Reply } from '../render/command-replies.ts'

/** The comment that holds the command. */
export interface ReplyPlace {
  installationId: number
  owner: string
  repo: string
  issue: number
  comment: number
}

export interface OwedReply {
  delivery: string
  taskKey: string
  place: ReplyPlace
  /** Undefined where a process died between what the command did and what was to be said of it. */
  reply: Reply | undefined
  /** Somebody has tried to say it before, and may have been heard. */
  again: boolean
}

export interface Replies {
  /** Before a command is obeyed, so that nothing is done without a word. Again, nothing happens. */
  owe(delivery: string, to: Pick<OwedReply, 'taskKey' | 'place'>): Promise<void>
  /** What is to be said. The first words stay. */
  word(delivery: string, reply: Reply): Promise<void>
  /** Takes it, for some minutes in which nobody else does. Undefined where it is told, or somebody has it. */
  take(delivery: string): Promise<OwedReply | undefined>
  /**
   * Takes the oldest that whoever took it has not told in time; none that is three days old, which is no answer any more, and none of
   * a command that was never obeyed, which is delivered again.
   */
  takeNext(): Promise<OwedReply | undefined>
  /** It is said, or cannot be. */
  told(delivery: string): Promise<void>
}
