// The issue form that `draftsmith init` writes, from the fields that `task/issue-form.ts` reads back.
// Its schema: https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema
import { stringify } from 'yaml'
import { type FormField, formFields } from '../task/form-fields.ts'

/** YAML for `.github/ISSUE_TEMPLATE/`. The label is named and not set: GitHub would put it for outsiders, too. */
export function renderIssueForm(label: string): string {
  const form = {
    name: 'Task for Draftsmith',
    description: 'A small, well described task that a draft pull request can answer.',
    body: [
      { type: 'markdown', attributes: { value: introduction(label) } },
      ...formFields.map(({ id, type, label: name, description, placeholder, options, required }: FormField) => ({
        type,
        id,
        attributes: { label: name, description, ...(placeholder && { placeholder }), ...(options && { options }) },
        validations: { required },
      })),
    ],
  }
  return `${head}${stringify(form, { lineWidth: 100 })}`
}

const head = `# The answers are read by their labels: a label that is changed here is not found any more.
`

function introduction(label: string): string {
  return [
    `A maintainer starts the work by putting the label \`${label}\` on this issue.`,
    'What is said here is what the change is held to: later edits are not read.',
  ].join('\n')
}
