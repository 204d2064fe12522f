// The fields of the issue form that `draftsmith init` writes. The form is made from this list and read back by it.
import type { TaskType } from './contract.ts'

export type FormFieldId = 'kind' | 'objective' | 'files' | 'behaviour' | 'criteria' | 'constraints' | 'untouched'

/** One field, in the terms of GitHub's issue forms. GitHub renders it as `### <label>`, a blank line, and the answer. */
export interface FormField {
  id: FormFieldId
  type: 'dropdown' | 'input' | 'textarea'
  label: string
  description: string
  placeholder?: string
  /** Of a dropdown. */
  options?: string[]
  required: boolean
}

/** What a dropdown offers for each kind of task; the words an author would use. */
export const kindOptions: Record<TaskType, string> = {
  bug_fix: 'Bug fix',
  feature: 'Feature',
  refactor: 'Refactoring',
  documentation: 'Documentation',
  test: 'Tests',
  migration: 'Migration',
  dependency_upgrade: 'Dependency upgrade',
}

/** In the order in which the form asks. Labels are unique; a changed label is no longer found in issues that exist. */
export const formFields: FormField[] = [
  {
    id: 'kind',
    type: 'dropdown',
    label: 'Kind of task',
    description: 'What a reviewer should expect of the pull request.',
    options: Object.values(kindOptions),
    required: true,
  },
  {
    id: 'objective',
    type: 'textarea',
    label: 'What is wrong or missing',
    description: 'For a defect: the steps or the input, and the exact output or error message.',
    placeholder: '`slugify("a - b")` returns `a---b`.',
    required: true,
  },
  {
    id: 'behaviour',
    type: 'textarea',
    label: 'Expected behaviour',
    description: 'What should happen instead.',
    placeholder: 'One dash between two words, whatever stood between them.',
    required: true,
  },
  {
    id: 'criteria',
    type: 'textarea',
    label: 'Acceptance criteria',
    description: 'One a line. Each can be checked by a test or by reading.',
    placeholder: '- `slugify("a - b")` returns `a-b`\n- `slugify("a_b")` stays `a_b`',
    required: true,
  },
  {
    id: 'files',
    type: 'textarea',
    label: 'Affected files',
    description: 'Paths from the root of the repository, one a line, as far as you know them.',
    placeholder: 'src/slug.ts',
    required: false,
  },
  {
    id: 'constraints',
    type: 'textarea',
    label: 'Constraints',
    description: 'What must stay as it is, or must not be done. One a line.',
    placeholder: 'No new dependency.',
    required: false,
  },
  {
    id: 'untouched',
    type: 'textarea',
    label: 'Files to leave alone',
    description: 'Paths that the change must not touch, one a line.',
    placeholder: 'src/legacy/',
    required: false,
  },
]
