// A stack trace or traceback shortened to its message and the frames of the repository itself.
import { stripVTControlCharacters } from 'node:util'
import { cleanOutput, type Places, repositoryPath } from './clean-output.ts'

const maxMessage = 1_500
const maxFrames = 6

export interface Frame {
  symbol: string
  path: string
  line: number
}

/** Message, of at most that many characters, and frames of one failure: a line `    at symbol (path:line)` each. */
export function failureDetail(raw: string, places: Places, room = maxMessage): string {
  const { message, frames } = splitTrace(raw, places)
  const shown = frames.slice(0, maxFrames).map((frame) => `    at ${renderFrame(frame)}`)
  return [cut(cleanOutput(message, places), room), ...shown].join('\n')
}

/** The frame in the repository that was entered first, which is the test; undefined when there is none. */
export function outermostFrame(raw: string, places: Places): Frame | undefined {
  return splitTrace(raw, places).frames.at(-1)
}

function splitTrace(coloured: string, places: Places): { message: string; frames: Frame[] } {
  const raw = stripVTControlCharacters(coloured)
  return /^\s*File ".+", line \d+/m.test(raw) ? splitTraceback(raw, places) : splitStack(raw, places)
}

/** V8's stacks: the message, then `    at symbol (file:line:column)`. */
function splitStack(raw: string, places: Places): { message: string; frames: Frame[] } {
  const message: string[] = []
  const frames: Frame[] = []
  for (const line of raw.split('\n')) {
    const match = /^\s+at (?:(.*?) \()?(?:async )?((?:file:\/\/)?[^()]*?):(\d+)(?::\d+)?\)?$/.exec(line)
    if (match === null) {
      if (!/^\s+at /.test(line)) message.push(line)
      continue
    }
    const frame = ownFrame(match[1] ?? '', match[2] ?? '', Number(match[3]), places)
    if (frame !== undefined) frames.push(frame)
  }
  return { message: message.join('\n'), frames }
}

/** Python's tracebacks: frames outermost first, each followed by its source, the message last. */
function splitTraceback(raw: string, places: Places): { message: string; frames: Frame[] } {
  const message: string[] = []
  const frames: Frame[] = []
  let inTrace = false
  for (const line of raw.split('\n')) {
    const match = /^\s*File "(.+)", line (\d+)(?:, in (.+))?$/.exec(line)
    if (match !== null) {
      const frame = ownFrame(match[3] ?? '', match[1] ?? '', Number(match[2]), places)
      if (frame !== undefined) frames.unshift(frame)
      inTrace = true
    } else if (!(inTrace && /^\s/.test(line)) && !line.startsWith('Traceback (most recent call last)')) {
      inTrace = false
      message.push(line)
    }
  }
  return { message: message.join('\n'), frames }
}

function ownFrame(symbol: string, file: string, line: number, places: Places): Frame | undefined {
  if (/(^|\/)(node_modules|site-packages|\.venv)\/|^node:|^internal\//.test(file)) return undefined
  const path = repositoryPath(file, places)
  if (path === undefined || path === '' || path.startsWith('<')) return undefined
  const named = /anonymous|^async Promise|^Module\.|^Object\.</.test(symbol) ? '' : symbol.replace(/^(async|new) /, '')
  return { symbol: named, path, line }
}

function renderFrame(frame: Frame): string {
  const place = `${frame.path}:${frame.line}`
  return frame.symbol === '' ? place : `${frame.symbol} (${place})`
}

function cut(message: string, room: number): string {
  return message.length <= room ? message : `${message.slice(0, room)}…`
}
