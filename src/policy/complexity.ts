// What makes a task too complex by rule, before a model is asked: more than fits into one reviewable pull request.
import { formFacts } from '../task/issue-form.ts'
import { mentionedPaths } from '../task/mentions.ts'
import type { Task } from '../task/task.ts'
import type { Policy } from './policy-schema.ts'

/** As many as a contract holds. */
const mostCriteria = 10

const everything =
  /\b(?:whole|entire|complete|all (?:of )?the)\s+(?:code ?base|code|repository|repo|project|app(?:lication)?|system|back ?end|front ?end|test suite|product)\b|\bfrom scratch\b/i
const reshaping =
  /\b(?:re-?write|re-?design|re-?architect|re-?implement|re-?work|re-?structure|refactor|port|migrate|convert|translate|modernize|modernise|replace)\b/i

/** One sentence a sign, quoting the issue; empty when nothing speaks against it. */
export function complexitySigns({ title, body }: Pick<Task, 'title' | 'body'>, { limits }: Policy): string[] {
  const form = formFacts(body)
  const criteria = form.acceptanceCriteria.length
  const files = mentionedPaths(form.places).length
  return [
    ...(reshaping.test(title) && everything.test(title)
      ? [`The title asks for everything at once: "${title.trim()}"`]
      : []),
    ...(criteria > mostCriteria
      ? [`It lists ${criteria} acceptance criteria; at most ${mostCriteria} are checked in one pull request.`]
      : []),
    ...(files > limits.files ? [`It names ${files} affected files; limits.files is ${limits.files}.`] : []),
  ]
}
