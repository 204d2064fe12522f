// Why no work was done, and what would change that. Every code has its text: the compiler asks for a new one.
import type { Decline, DeclineCode } from '../policy/decline.ts'
import { policyPath } from '../policy/policy.ts'
import { inline } from './neutralise.ts'

interface DeclineText {
  /** Completes "Declined: …". */
  title: string
  /** Each entry one thing that the reader can do; the first is the most likely. Code in backticks is ours. */
  mends: string[]
}

/** Where the reader is decides how to run again. */
export type Place = 'github' | 'local'

const maxEvidence = 10

export function declineTitle(code: DeclineCode): string {
  return texts[code].title
}

/** The body below a heading: what was found, what would change the answer, how to run again. */
export function renderDecline({ code, evidence }: Decline, place: Place = 'github'): string {
  const { mends } = texts[code]
  return [
    ...section(
      'What was found',
      evidence.slice(0, maxEvidence).map((line) => inline(line, 500)),
    ),
    ...section('What would change the answer', mends),
    runAgain(place),
  ].join('\n')
}

/** `unchanged` where nothing about the issue was wrong. */
export function runAgain(place: Place, issue: 'edited' | 'unchanged' = 'edited'): string {
  if (place === 'local') return 'To run again, change the text where needed and give the same command.'
  return issue === 'unchanged'
    ? 'To run again, comment `/draftsmith retry`.'
    : 'To run again, edit the issue where needed, then comment `/draftsmith run`. Edits alone are not read.'
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [`**${title}**`, ...lines.map((line) => `- ${line}`), '']
}

const texts: Record<DeclineCode, DeclineText> = {
  too_complex: {
    title: 'the task is too complex for one pull request',
    mends: [
      'Split the issue: one issue for each part that can be reviewed and tested by itself.',
      'Take the design decisions in the issue, so that only the work is left.',
      `Or let such plans wait for approval instead: \`complexity: approval\` in \`${policyPath}\`.`,
    ],
  },
  too_large: {
    title: 'the plan is larger than the policy allows',
    mends: [
      'Narrow the issue to fewer files, or split it.',
      `Or raise \`limits.files\` or \`limits.addedLines\`, or set \`approval.size: approval\` in \`${policyPath}\`.`,
    ],
  },
  ambiguous: {
    title: 'the issue leaves open what should be done',
    mends: [
      'Answer the questions above in the description of the issue.',
      'An example of input and wanted output helps most.',
    ],
  },
  not_feasible: {
    title: 'the change cannot be made in this repository as asked',
    mends: ['Answer the questions above, or describe another way that would be acceptable.'],
  },
  not_reproducible: {
    title: 'the defect could not be reproduced',
    mends: [
      'Give the steps, the input and the exact output or error message.',
      'Name the version or commit in which it happens.',
    ],
  },
  protected_path: {
    title: 'it asks to change a protected file',
    mends: [
      'Make that part of the change by hand, and leave it out of the issue.',
      'Protected files are never written, and no setting changes that. What `scope.include` and `scope.exclude` forbid can be changed in the policy.',
    ],
  },
  not_ready: {
    title: 'a label says that it is not to be worked on',
    mends: ['Take the label off when the issue is ready.'],
  },
  task_type_not_allowed: {
    title: 'this kind of task is not taken here',
    mends: ['If a label is wrong, take it off.', `Or allow this kind of task under \`modes\` in \`${policyPath}\`.`],
  },
  no_checks: {
    title: 'the repository has no tests that could show that a change works',
    mends: [
      `Name the command in \`${policyPath}\`: \`checks: { test: "…" }\`.`,
      'Or accept work that is marked as unverified: `thinTests: unverified`.',
    ],
  },
  tool_missing: {
    title: 'a tool that the checks need is not installed',
    mends: [
      'Ask the operator of this Draftsmith to install it on the machine or in its image.',
      `Or name other commands under \`checks\` in \`${policyPath}\`.`,
    ],
  },
  install_failed: {
    title: 'the dependencies could not be installed',
    mends: [
      'Make the install command pass in a fresh clone of the base branch.',
      `If it needs more hosts, list them under \`sandbox.allowedHosts\` in \`${policyPath}\`; or name another command as \`checks.install\`.`,
    ],
  },
  baseline_unusable: {
    title: 'the checks do not work on the base commit, so they could show nothing',
    mends: [
      'Make the checks run on the base branch. Single failing tests are fine; a runner that does not start is not.',
      `Or mark the check as not required under \`checks\` in \`${policyPath}\`.`,
    ],
  },
  duplicate_pull_request: {
    title: 'an open pull request closes this issue already',
    mends: ['Merge or close that pull request, or take the closing keyword out of its description.'],
  },
  issue_closed: { title: 'the issue is closed', mends: ['Reopen the issue.'] },
  issue_locked: { title: 'the issue is locked', mends: ['Unlock the conversation.'] },
  issue_is_pull_request: {
    title: 'this is a pull request, not an issue',
    mends: ['Open an issue that says what should change, and label that.'],
  },
  issue_too_large: {
    title: 'the text of the issue is too long',
    mends: ['Keep what is needed to understand the task; put logs into an attachment or a gist.'],
  },
  issue_empty: {
    title: 'the issue does not say what to do',
    mends: ['Describe what happens, what should happen instead, and where. A failing example is best.'],
  },
  repository_archived: { title: 'the repository is archived', mends: ['Unarchive the repository.'] },
  repository_empty: { title: 'the repository has no commit', mends: ['Push a first commit to the default branch.'] },
  repository_too_large: {
    title: 'the repository is too large',
    mends: [`Raise \`limits.repositoryMiB\` in \`${policyPath}\`, up to what this deployment allows.`],
  },
  issues_disabled: { title: 'issues are disabled in this repository', mends: ['Enable issues in the settings.'] },
  branch_missing: {
    title: 'the base branch does not exist',
    mends: [`Create the branch, or name another one as \`base\` in \`${policyPath}\`.`],
  },
  policy_invalid: {
    title: `\`${policyPath}\` has mistakes`,
    mends: [`Correct the lines above on the base branch. Every key is described in the documentation of the policy.`],
  },
  path_missing: {
    title: 'files that the task names do not exist',
    mends: [
      'Correct the paths in the issue, or say that the files are to be created.',
      'Check that the base branch is the right one.',
    ],
  },
}
