// Which files may be written and read. The guardrail of every write, of the plan and of the final patch.
import type { TaskContract } from '../task/contract.ts'
import { foldPath } from './fold-path.ts'
import { matchesAny } from './globs.ts'
import type { Policy } from './policy-schema.ts'
import { protectedRules, secretRules } from './protected-paths.ts'

export type PathRule =
  | 'outside'
  | 'git'
  | 'protected_folder'
  | 'ci'
  | 'credentials'
  | 'owners'
  | 'agent_instructions'
  | 'lock_file'
  | 'dependencies'
  | 'scope'
  | 'extension'
  | 'left_alone'

export type WriteVerdict = { allowed: true } | { allowed: false; rule: PathRule; message: string }

/** The part of a policy that decides about paths. */
export type PathPolicy = Pick<Policy, 'scope'>

const maxPathLength = 300

/** Whether a change may write, create or delete the file. `message` is a whole sentence, for people and for the model. */
export function mayWrite(path: string, policy: PathPolicy): WriteVerdict {
  const stray = outside(path)
  if (stray !== undefined) return stray
  const folded = foldPath(path)
  const hit = protectedRules.find((candidate) => candidate.matches(folded))
  if (hit !== undefined) return refused(hit.rule, `${path} is ${hit.what} and is never written.`)
  return scopeVerdict(path, policy) ?? extensionVerdict(path, folded, policy) ?? { allowed: true }
}

/** `mayWrite`, and what the task itself asks to leave alone. */
export function mayChange(path: string, { scope }: Pick<TaskContract, 'scope'>, policy: PathPolicy): WriteVerdict {
  const verdict = mayWrite(path, policy)
  if (!verdict.allowed || !matchesAny(path, scope.exclude, foldPath)) return verdict
  return refused('left_alone', `${path} is what the issue asks to leave alone.`)
}

/** Whether a file's content may be shown to the model. */
export function mayRead(path: string): WriteVerdict {
  const stray = outside(path)
  if (stray !== undefined) return stray
  const folded = foldPath(path)
  const hit = secretRules.find((candidate) => candidate.matches(folded))
  return hit === undefined
    ? { allowed: true }
    : refused(hit.rule, `${path} is ${hit.what} and is never shown to the model.`)
}

function outside(path: string): WriteVerdict | undefined {
  const shown = JSON.stringify(path.slice(0, 80))
  if (path.trim() === '') return refused('outside', 'The path is empty.')
  if (path.length > maxPathLength) return refused('outside', `${shown}… is longer than ${maxPathLength} characters.`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return refused('outside', `${shown} has control characters or backslashes.`)
  const segments = path.split('/')
  const escapes = foldPath(path).split('/').includes('..') || segments.includes('..')
  if (escapes || segments.includes('.') || segments.includes('') || /^([A-Za-z]:|~)/.test(path)) {
    return refused('outside', `${shown} is not a plain path below the root of the repository.`)
  }
  if (segments.some((segment) => segment.startsWith('-'))) {
    return refused('outside', `${shown} would be read as an option by the programs that it is handed to.`)
  }
  return undefined
}

function scopeVerdict(path: string, { scope }: PathPolicy): WriteVerdict | undefined {
  if (matchesAny(path, scope.exclude, foldPath)) {
    return refused('scope', `${path} is excluded by scope.exclude of the policy.`)
  }
  if (scope.include.length > 0 && !matchesAny(path, scope.include, foldPath)) {
    return refused('scope', `${path} is outside scope.include of the policy.`)
  }
  return undefined
}

/** Documents that by custom have no extension. */
const bareDocuments = new Set(['readme', 'changelog', 'changes', 'contributing', 'authors', 'notice', 'news', 'todo'])

function extensionVerdict(path: string, folded: string, { scope }: PathPolicy): WriteVerdict | undefined {
  const name = folded.split('/').at(-1) ?? ''
  if (bareDocuments.has(name)) return undefined
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 ? name.slice(dot + 1) : ''
  if (scope.extensions.includes(extension)) return undefined
  return refused(
    'extension',
    extension === ''
      ? `${path} has no extension; only files with an extension of scope.extensions are written.`
      : `${path} ends in .${extension}, which is not in scope.extensions of the policy.`,
  )
}

function refused(rule: PathRule, message: string): WriteVerdict {
  return { allowed: false, rule, message }
}
