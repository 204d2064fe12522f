// Where the text of a local task comes from: a file, standard input, or an issue on GitHub.
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { Fault, toFault } from '../errors.ts'
import { fetchIssue } from '../github/public-issue.ts'
import { parseLocalText } from '../task/local-text.ts'

export interface IssueText {
  title: string
  body: string
  url?: string
}

export interface IssueSourceOptions {
  githubApiUrl: string
  githubToken: string | undefined
  stdin: NodeJS.ReadableStream
}

/** `-`, `owner/repo#12`, the address of an issue, or a file. Throws `invalid_input` faults with the mend. */
export async function readIssue(from: string, options: IssueSourceOptions): Promise<IssueText> {
  const reference = parseReference(from)
  if (reference) return fetchIssue(reference, { apiUrl: options.githubApiUrl, token: options.githubToken })
  const issue = parseLocalText(from === '-' ? await text(options.stdin) : await readIssueFile(from))
  if (issue.title === '')
    throw new Fault('invalid_input', 'issue_empty', 'The issue has no text.', {
      mend: 'Write a title on the first line and what is wrong below it.',
    })
  return issue
}

/** The issue that `owner/repo#12` or its address names; undefined for anything else. */
export function parseReference(from: string): { owner: string; repo: string; number: number } | undefined {
  const short = /^([\w.-]+)\/([\w.-]+)#(\d+)$/.exec(from)
  const address = /^https?:\/\/[^/]+\/([\w.-]+)\/([\w.-]+)\/issues\/(\d+)(?:[?#].*)?$/.exec(from)
  const [, owner, repo, number] = short ?? address ?? []
  return owner && repo && number ? { owner, repo, number: Number(number) } : undefined
}

/** Of a file, without taking anything from standard input or from GitHub. */
export async function whyUnreadable(from: string): Promise<Fault | undefined> {
  if (from === '-' || parseReference(from)) return undefined
  return readIssueFile(from).then(() => undefined, toFault)
}

async function readIssueFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new Fault('invalid_input', 'issue_unreadable', `The issue file ${path} cannot be read.`, {
      mend: 'Give a file, `-` for standard input, owner/repo#number, or the address of an issue.',
      cause,
    })
  }
}
