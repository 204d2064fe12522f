// What a command prints: head and tail in memory, everything (up to a bound) in a file. A command that prints without
// end must cost neither our memory nor the disk.
import { createWriteStream, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'

const logFileBytes = 64 * 1024 * 1024

export interface BoundedOutput {
  /** Keeps what fits. Answers false when the log file cannot follow; `onDrain` then tells when it can. */
  write(chunk: Buffer, onDrain: () => void): boolean
  /** A line of our own, below the output; never counted as missing. */
  note(line: string): void
  /** Flushes the log file. Throws what the file system says. */
  close(): Promise<void>
  text(): { output: string; truncated: boolean }
}

/** Keeps at most `keepBytes` in memory, half for the head and half for the tail. */
export function createBoundedOutput(keepBytes: number, logFile?: string): BoundedOutput {
  const kept = keepHeadAndTail(keepBytes)
  const log = logFile === undefined ? undefined : openLog(logFile)
  const notes: string[] = []
  return {
    write(chunk, onDrain) {
      kept.write(chunk)
      return log?.write(chunk, onDrain) ?? true
    },
    note: (line) => notes.push(line),
    close: async () => log?.close(),
    text() {
      const { output, truncated } = kept.text()
      return { output: notes.length === 0 ? output : `${withNewline(output)}${notes.join('\n')}\n`, truncated }
    },
  }
}

function withNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

function keepHeadAndTail(keepBytes: number) {
  const headBytes = Math.ceil(keepBytes / 2)
  const head: Buffer[] = []
  const tail = createRing(keepBytes - headBytes)
  let headLength = 0
  let total = 0
  return {
    write(chunk: Buffer) {
      total += chunk.length
      const forHead = chunk.subarray(0, headBytes - headLength)
      // A copy: a slice would hold the whole chunk of the pipe in memory.
      if (forHead.length > 0) head.push(Buffer.from(forHead))
      headLength += forHead.length
      tail.write(chunk.subarray(forHead.length))
    },
    text() {
      const missing = total - headLength - tail.length()
      const parts = [...head, tail.read()]
      if (missing === 0) return { output: Buffer.concat(parts).toString('utf8'), truncated: false }
      const before = dropCutEnd(Buffer.concat(head)).toString('utf8')
      const after = dropCutStart(tail.read()).toString('utf8')
      return { output: `${withNewline(before)}[… ${missing} bytes of output left out …]\n${after}`, truncated: true }
    },
  }
}

/** The last `size` bytes of what was written; the memory is taken at the first byte. */
function createRing(size: number) {
  let ring: Buffer | undefined
  let written = 0
  return {
    length: () => Math.min(written, size),
    write(chunk: Buffer) {
      if (chunk.length === 0 || size === 0) return
      ring ??= Buffer.alloc(size)
      const last = chunk.subarray(-size)
      const at = (written + chunk.length - last.length) % size
      last.copy(ring, at, 0, Math.min(last.length, size - at))
      if (last.length > size - at) last.copy(ring, 0, size - at)
      written += chunk.length
    },
    read(): Buffer {
      if (ring === undefined) return Buffer.alloc(0)
      if (written <= size) return ring.subarray(0, written)
      const at = written % size
      return Buffer.concat([ring.subarray(at), ring.subarray(0, at)])
    },
  }
}

/** Without the first bytes of a character whose rest was left out. */
function dropCutEnd(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes
  }
  return bytes
}

/** Without the last bytes of a character whose beginning was left out. */
function dropCutStart(bytes: Buffer): Buffer {
  let start = 0
  while (start < Math.min(3, bytes.length) && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++
  return bytes.subarray(start)
}

function openLog(path: string) {
  const file: WriteStream = createWriteStream(path)
  let left = logFileBytes
  let failure: unknown
  let resume: (() => void) | undefined
  const drained = () => {
    resume?.()
    resume = undefined
  }
  file.on('drain', drained)
  // Without a listener a full disk would end our process; the reason is thrown by close() instead.
  file.on('error', (error) => {
    failure = error
    drained()
  })
  return {
    write(chunk: Buffer, onDrain: () => void): boolean {
      if (left <= 0 || failure !== undefined) return true
      const part = chunk.subarray(0, left)
      left -= part.length
      const free = file.write(part)
      if (!free) resume = onDrain
      if (left === 0) file.write(`\n[… the log ends here, at ${logFileBytes} bytes …]\n`)
      return free
    },
    async close(): Promise<void> {
      file.end()
      await finished(file).catch((error: unknown) => {
        failure ??= error
      })
      if (failure !== undefined) throw failure
    },
  }
}
