// Names of files as git gives them: bytes, ended by NUL. What cannot be a string stays bytes.
import { isUtf8 } from 'node:buffer'

/** The parts of a `-z` answer, without the NULs. */
export function splitAtNul(bytes: Buffer): Buffer[] {
  const parts: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
    parts.push(bytes.subarray(start, end))
    start = end + 1
  }
  if (start < bytes.length) parts.push(bytes.subarray(start))
  return parts
}

/** Input for `--stdin -z`. */
export function joinWithNul(names: string[]): string {
  return names.map((name) => `${name}\0`).join('')
}

/** The name as text; undefined when its bytes are not UTF-8. */
export function decodeName(name: Buffer): string | undefined {
  return isUtf8(name) ? name.toString('utf8') : undefined
}

/** The name for a person: one line; control characters, and in a name that is not UTF-8 every odd byte, are escaped. */
export function showName(name: Buffer): string {
  const text = decodeName(name)
  return text === undefined
    ? name.toString('latin1').replace(/[^\x20-\x7e]/g, escapeCharacter)
    : text.replace(/\p{Cc}/gu, escapeCharacter)
}

/** Characters that HFS+ ignores in names; git refuses `.git` written with them, as it does `git~1`. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g

/** True when a part of the path reads as `.git` on some file system: git refuses to record it, and so do we. */
export function namesGitDirectory(path: string): boolean {
  return path.split(/[/\\]/).some((part) => {
    const plain = part
      .replace(ignoredByHfs, '')
      .toLowerCase()
      .replace(/:.*$/s, '')
      .replace(/[. ]+$/, '')
    return plain === '.git' || plain === 'git~1'
  })
}

/** `name`, `name and name`, or the first three and how many more. */
export function listNames(names: string[]): string {
  const shown = names.slice(0, 3).map((name) => `\`${name}\``)
  const more = names.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}

function escapeCharacter(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
}
