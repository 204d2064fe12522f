// Where a command prints: a named pipe, since Node would give it a socket, and `echo … > /dev/stderr` fails on a socket.
import { execFile } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface OutputPipe {
  /** For the child's stdout; closed by `handedOver`, or the end of the output would never come. */
  writeFd: number
  reader: Socket
  handedOver(): void
  /** Waits for the end of the output; gives up after `patienceMs`, when a process that escaped still holds the pipe. */
  drained(patienceMs: number): Promise<void>
}

export interface OutputPipes {
  open(): Promise<OutputPipe>
}

/** Pipes inside `folder`, used again when their last writer has gone: making one costs a process. */
export function createOutputPipes(folder: string): OutputPipes {
  const free: string[] = []
  let made = 0
  return {
    async open() {
      const path = free.pop() ?? (await makePipe(join(folder, `output-${made++}`)))
      return openPipe(path, () => free.push(path))
    },
  }
}

async function makePipe(path: string): Promise<string> {
  await run('mkfifo', ['-m', '600', path])
  return path
}

function openPipe(path: string, release: () => void): OutputPipe {
  // Reader first and without waiting, or each end would wait for the other.
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writeFd = openSync(path, constants.O_WRONLY)
  const reader = new Socket({ fd: readFd, readable: true, writable: false })
  let ended = false
  const closed = new Promise<void>((resolve) => {
    reader.once('end', () => {
      ended = true
    })
    // A read error ends the output; what came before it is kept.
    reader.on('error', () => undefined)
    reader.once('close', () => resolve())
  })
  return {
    writeFd,
    reader,
    handedOver: () => closeSync(writeFd),
    async drained(patienceMs) {
      const timer = setTimeout(() => reader.destroy(), patienceMs)
      await closed
      clearTimeout(timer)
      if (ended) release()
    },
  }
}
