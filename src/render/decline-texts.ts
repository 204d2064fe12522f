// What people read about each reason to do no work. Every code has its text: the compiler asks for a new one.
import type { DeclineCode } from '../policy/decline.ts'
import { policyPath } from '../policy/policy.ts'

export interface DeclineText {
  /** Completes "Declined: …". */
  title: string
  /** Heading of the evidence, where it is not simply what was found. */
  found?: string
  /** Each entry one thing that the reader can do; the first is the most likely. Code in backticks is ours. */
  mends: string[]
  /** What has to happen before the next run: an edit of the issue, something else, or another issue. */
  again: 'edited' | 'unchanged' | 'elsewhere'
}

const policy = `\`${policyPath}\``

export const declineTexts: Record<DeclineCode, DeclineText> = {
  too_complex: {
    title: 'the task is too complex for one pull request',
    mends: [
      'Split the issue: one issue for each part that can be reviewed and tested by itself.',
      'Take the design decisions in the issue, so that only the work is left.',
      `Or let such plans wait for approval instead: \`complexity: approval\` in ${policy}.`,
    ],
    again: 'edited',
  },
  too_large: {
    title: 'the plan is larger than the policy allows',
    mends: [
      'Narrow the issue to fewer files, or split it.',
      `Or raise that limit, or have larger plans approved by \`approval: { size: approval }\`, in ${policy}.`,
    ],
    again: 'edited',
  },
  ambiguous: {
    title: 'the issue leaves open what should be done',
    found: 'What is open',
    mends: [
      'Answer the questions in the description of the issue; comments are not read.',
      'An example of input and wanted output helps most.',
    ],
    again: 'edited',
  },
  not_feasible: {
    title: 'the change cannot be made in this repository as asked',
    mends: [
      'If this rests on a misunderstanding, say in the issue what is meant, and where.',
      'If it is right, describe another way that would be acceptable.',
    ],
    again: 'edited',
  },
  not_reproducible: {
    title: 'the defect could not be reproduced',
    mends: [
      'Give the steps or the input, and the exact output or error message.',
      'Name the version or commit in which it happens; it may be mended on the base branch already.',
      'If nothing is broken and something should be added, say so, and label it as a feature.',
    ],
    again: 'edited',
  },
  protected_path: {
    title: 'it asks to change a protected file',
    mends: [
      'Make that part of the change by hand, and leave it out of the issue.',
      `If the policy's \`scope\` is what forbids it, change that in ${policy}. All other protection is fixed.`,
    ],
    again: 'edited',
  },
  task_type_not_allowed: {
    title: 'this kind of task is not taken here',
    mends: ['If the kind is wrong, correct the label.', `Or allow this kind of task under \`modes\` in ${policy}.`],
    again: 'unchanged',
  },
  not_ready: {
    title: 'a label says that it is not to be worked on',
    mends: ['Take that label off when the issue is ready.'],
    again: 'unchanged',
  },
  no_checks: {
    title: 'the repository has no tests that could show that a change works',
    mends: [
      `Name the command in ${policy}: \`checks: { test: "…" }\`.`,
      'Or accept work that is marked as unverified: `thinTests: unverified`.',
    ],
    again: 'unchanged',
  },
  untested_code: {
    title: 'no test is near the code that would change',
    mends: [
      'Write a test for that code first, by hand or as an issue of its own.',
      `Or have it written with the change: \`untestedCode: write_first\` in ${policy}.`,
    ],
    again: 'unchanged',
  },
  tool_missing: {
    title: 'a tool that the checks need is not installed',
    mends: [
      'Ask the operator of this Draftsmith to install it on the machine or in its image.',
      `Or name other commands under \`checks\` in ${policy}.`,
    ],
    again: 'unchanged',
  },
  install_failed: {
    title: 'the dependencies could not be installed',
    mends: [
      'Make the install command pass in a fresh clone of the base branch.',
      `If it needs more hosts, list them under \`sandbox.allowedHosts\` in ${policy}; or name another command as \`checks.install\`.`,
    ],
    again: 'unchanged',
  },
  baseline_unusable: {
    title: 'the tests do not run on the base commit, so they could show nothing',
    mends: [
      'Make the tests run on the base branch. Single failing tests are fine; a runner that does not start is not.',
      `Or name another command as \`checks.test\` in ${policy}.`,
    ],
    again: 'unchanged',
  },
  duplicate_pull_request: {
    title: 'an open pull request is for this issue already',
    mends: [
      'Merge or close that pull request.',
      'If it is about something else, take the closing keyword out of its text, or rename its branch.',
    ],
    again: 'unchanged',
  },
  already_made: {
    title: 'the base branch has this change already',
    mends: ['Close the issue, if that settles it.', 'If something is still missing, say in the issue what it is.'],
    again: 'edited',
  },
  issue_closed: { title: 'the issue is closed', mends: ['Reopen the issue.'], again: 'unchanged' },
  issue_locked: { title: 'the issue is locked', mends: ['Unlock the conversation.'], again: 'unchanged' },
  issue_is_pull_request: {
    title: 'this is a pull request, not an issue',
    mends: ['Open an issue that says what should change, and label that.'],
    again: 'elsewhere',
  },
  issue_too_large: {
    title: 'the text of the issue is too long',
    mends: ['Keep what is needed to understand the task; put logs into an attachment or a gist.'],
    again: 'edited',
  },
  issue_empty: {
    title: 'the issue does not say what to do',
    mends: ['Describe what happens, what should happen instead, and where. A failing example is best.'],
    again: 'edited',
  },
  repository_archived: {
    title: 'the repository is archived',
    mends: ['Unarchive the repository.'],
    again: 'unchanged',
  },
  repository_empty: {
    title: 'the repository has no commit',
    mends: ['Push a first commit to the default branch.'],
    again: 'unchanged',
  },
  repository_too_large: {
    title: 'the repository is too large',
    mends: [`Raise \`limits.repositoryMiB\` in ${policy}, up to what this deployment allows.`],
    again: 'unchanged',
  },
  issues_disabled: {
    title: 'issues are disabled in this repository',
    mends: ['Enable issues in the settings.'],
    again: 'unchanged',
  },
  branch_missing: {
    title: 'the base branch does not exist',
    mends: [`Create the branch, or name another one as \`base\` in ${policy}.`],
    again: 'unchanged',
  },
  policy_invalid: {
    title: `${policy} has mistakes`,
    mends: ['Correct these lines on the base branch. Every key is described in the documentation of the policy.'],
    again: 'unchanged',
  },
  path_missing: {
    title: 'files that the task names do not exist',
    mends: [
      'Correct the paths in the issue, or say that the files are to be created.',
      'Check that the base branch is the right one.',
    ],
    again: 'edited',
  },
}
