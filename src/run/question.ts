// What a run asks people, and what they say. Types only; the rules are in run/answer-rules.ts.
import type { ImplementationPlan } from '../plan/plan.ts'
import type { Escalation } from './escalation.ts'

/** Plain data: it stands in the run's row, is shown to people, and is kept with its answer. */
export type Question = Approval | Choice | Reading

interface Asked {
  /** 8 hexadecimal digits over everything that an answer is about, see `hashOfQuestion`. */
  hash: string
  /** 40 hexadecimal digits. */
  baseCommit: string
}

/** May the plan be carried out? */
export interface Approval extends Asked {
  kind: 'approval'
  /** With what was added to it while it was carried out. */
  plan: ImplementationPlan
  /** Why a person is asked; sentences. */
  reasons: string[]
}

/** Which way is it to be? */
export interface Choice extends Asked {
  kind: 'choice'
  /** Who goes on with the answer: whoever plans, or whoever carries the plan out. */
  about: 'plan' | 'work'
  escalation: Escalation
  /** What was planned when the question came up. */
  plan: ImplementationPlan
}

/** Which way is the issue meant? Asked before anything is planned. */
export interface Reading extends Asked {
  kind: 'choice'
  about: 'issue'
  escalation: Escalation
}

export type Said =
  | { kind: 'approve'; hash: string }
  /** Sanitised. In answer to a choice: none of the options, but this. */
  | { kind: 'revise'; text: string }
  /** From 1. */
  | { kind: 'choose'; option: number }

/** What somebody said to one question, which has no other answer. */
export interface Answer {
  question: Question
  said: Said
  /** Login, or the local user's name. */
  by: string
  askedAt: Date
  at: Date
}

/** How the spine leaves off: the run stands still until a person has answered, and the worker is free meanwhile. */
export interface Waiting {
  kind: 'waiting'
  question: Question
}

export type WaitingState = 'awaiting_approval' | 'awaiting_answer'

/** Why an answer does not count. `answered`: that very question had its answer before. */
export type Refusal = 'not_waiting' | 'answered' | 'other_hash' | 'other_kind' | 'no_such_option' | 'too_many_revisions'
