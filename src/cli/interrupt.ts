// Ctrl-C: the first ends the run and keeps its work, the second leaves at once.

const leftAtOnce = 130

/** Aborted by the first SIGINT or SIGTERM that this process gets from now on. */
export function firstInterrupt(say: (line: string) => void): AbortSignal {
  const controller = new AbortController()
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(leftAtOnce)
    say('Stopping; the work is kept. Press Ctrl-C again to leave at once.')
    controller.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  return controller.signal
}
