// The small process that starts git; git-starter.ts tells it what to start, and says why there is one.
import { execa } from 'execa'
import type { FromStarter, GitCommand, GitEnd, ToStarter } from './git-starter.ts'

const running = new Map<number, AbortController>()

// Ours ended, in whatever way: nothing that was started for it goes on.
process.once('disconnect', () => process.exit(0))
process.on('message', (message: ToStarter) => {
  if (message.kind === 'cancel') running.get(message.id)?.abort()
  else void serve(message.id, message.command)
})

async function serve(id: number, command: GitCommand): Promise<void> {
  const controller = new AbortController()
  running.set(id, controller)
  const end = await run(command, controller.signal)
  running.delete(id)
  process.send?.({ id, end } satisfies FromStarter)
}

async function run(
  { args, cwd, env, input, timeoutMs, outputBytes }: GitCommand,
  signal: AbortSignal,
): Promise<GitEnd> {
  const result = await execa('git', args, {
    ...{ cwd, env, input },
    extendEnv: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    reject: false,
    timeout: timeoutMs,
    maxBuffer: outputBytes,
    cancelSignal: signal,
  })
  const started = result.exitCode !== undefined || result.signal !== undefined
  return {
    exitCode: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
    cancelled: result.isCanceled,
    timedOut: result.timedOut,
    outputExceeded: result.isMaxBuffer,
    signal: result.signal,
    problem: started ? undefined : (result.shortMessage ?? 'unknown'),
  }
}
