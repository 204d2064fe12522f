// Protected paths that a text plainly asks to change. A path that is only mentioned (a log, an example, "see …") asks for nothing.
import { pathMentions } from '../task/mentions.ts'
import { mayWrite, type PathPolicy, type PathRule } from './paths.ts'
import { proseSentences } from './prose.ts'

/** Lock files follow from a change of dependencies, and an extension is no matter of trust: neither makes a task forbidden. */
const askable: ReadonlySet<PathRule> = new Set([
  ...(['git', 'protected_folder', 'ci', 'credentials', 'owners', 'agent_instructions', 'scope'] as const),
])

const change =
  /\b(add|adjust|append|bump|change|clean up|configure|correct|create|delete|disable|drop|edit|enable|extend|fix|insert|introduce|modify|move|patch|pin|put|refactor|remove|rename|replace|rewrite|set|switch|tweak|update|upgrade|write)(s|d|ed|ing)?\b/i
const negation =
  /\b(don'?t|do not|does not|must not|should not|shouldn'?t|never|without|instead of|no need to|not to)\b/i
const reference =
  /\b(see|from|per|like|as in|according to|by|because of|caused by|uses?|reads?|loads?|described in|defined in|documented in|similar to|compare|e\.g\.|such as|when|while|runs?|running)\s+(the\s+)?(file\s+)?["'`(]*$/i
const removal = /\b(remove|delete|drop|strip|take)s?\b.*\bfrom\s+(the\s+)?(file\s+)?["'`(]*$/i
const demand = /^["'`)]*\s+(should|must|needs?|has to|ought to|has got to)\b(?!\s+not)/i

/** In the order they are asked for, each once, with the sentence it stands in. */
export function askedProtectedPaths(text: string, policy: PathPolicy): { path: string; sentence: string }[] {
  const asked = new Map<string, string>()
  for (const sentence of proseSentences(text)) {
    for (const { path, at } of pathMentions(sentence)) {
      const verdict = mayWrite(path.replace(/\/$/, ''), policy)
      if (verdict.allowed || !askable.has(verdict.rule) || asked.has(path)) continue
      if (asks(sentence.slice(0, at), sentence.slice(at + path.length))) asked.set(path, sentence.trim())
    }
  }
  return [...asked].map(([path, sentence]) => ({ path, sentence }))
}

function asks(before: string, after: string): boolean {
  const clause = before.split(/[,;:]\s|\s(?:but|because|since|when|where|which|while|after|before)\s/i).at(-1) ?? before
  if (negation.test(clause)) return false
  if (removal.test(clause)) return true
  if (reference.test(before)) return false
  return change.test(clause) || demand.test(after)
}
