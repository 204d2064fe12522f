// What is said on an issue whose label was missed and that has changed since: its text at the moment of the label is lost.
import { renderHiddenData } from './hidden-data.ts'
import { codeSpan } from './neutralise.ts'

export interface MissedLabel {
  label: string
  /** Login. */
  by: string
  /** ISO 8601. */
  at: string
}

/** The first line is hidden and like no other's, so that it is said once for each label that was missed. */
export function renderMissedLabel({ label, by, at }: MissedLabel): string {
  const who = /^[A-Za-z0-9][A-Za-z0-9-]*$/.test(by) ? `@${by}: ` : ''
  return [
    renderHiddenData('missed-label', { at }),
    `${who}The label ${codeSpan(label)} was put here while Draftsmith could not hear of it, and the issue has changed since. What counts is the text at that moment, which nobody can read any more.`,
    '',
    `Take the label off and put it again, or comment ${codeSpan('/draftsmith run')}: then the text as it is now is worked on.`,
  ].join('\n')
}
