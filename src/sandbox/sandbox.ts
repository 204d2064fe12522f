// The port through which every command of a repository runs. Types only; adapters are built in compose.ts.

export type SandboxKind = 'bubblewrap' | 'container' | 'none'

/** What holds each limit on this machine, for `doctor`, the log and the PR. */
export interface SandboxReport {
  kind: SandboxKind
  usable: boolean
  /** Set when it is not usable: what is missing and the mend. */
  problem?: { what: string; mend: string }
  /** Such as `memory: cgroup v1`, `processes: cgroup v1`, `network: own namespace`. */
  held: { limit: string; by: string }[]
}

export interface ResourceLimits {
  deadlineMs: number
  memoryBytes: number
  processes: number
  cpus: number
  /** Largest file that a command may write. */
  fileBytes: number
  /** What a command may add to work tree and home together. */
  diskBytes: number
  openFiles: number
}

export interface SandboxOptions {
  runId: string
  /** Absolute; the only project folder the command can write. It appears at `/work` where the adapter can move it. */
  workTree: string
  /** Absolute; an empty folder that becomes HOME and TMPDIR. */
  home: string
  /** Absolute paths shown read-only beside the system's, such as a dependency cache. */
  readOnly: string[]
  limits: ResourceLimits
  /** Base environment for commands, from an allow-list; nothing of ours. */
  env: Record<string, string>
  /** What the repository is built with, as the toolchain names it; an adapter with images chooses one by it. */
  ecosystems?: string[]
}

export interface Command {
  /** A shell line, run by `sh -c` in `cwd`. */
  line: string
  /** Relative to the work tree; default its root. */
  cwd?: string
  env?: Record<string, string>
  /**
   * `none` is the default. Hosts are `name` or `name:port`, exact or with a leading `*.`. None of them opens a private
   * network: much of the list stands in the repository. What the deployment opens, the adapter is built with.
   */
  network?: 'none' | { allowedHosts: string[] }
  /** Overrides the session's, downwards only. */
  deadlineMs?: number
  /** Bytes of output kept in memory; the rest goes to `logFile` only. Default 1 MiB. */
  outputBytes?: number
  /** Absolute path outside the sandbox that receives the whole output, bounded at 64 MiB. */
  logFile?: string
  signal?: AbortSignal
}

/** One shape for passed, failed, timed out, cut and killed. A command that fails is a value, never thrown. */
export interface CommandResult {
  line: string
  /** Null when a limit ended it. A command that died by a signal has 128 + the signal's number, as a shell reports it. */
  exitCode: number | null
  timedOut: boolean
  /** True when `output` is not everything that was printed. */
  truncated: boolean
  /** The limit that ended it, where the adapter can tell. */
  limit?: 'deadline' | 'memory' | 'processes' | 'disk' | 'cancelled'
  durationMs: number
  /** stdout and stderr as they came; head and tail are kept when truncated, with a line that says how much is missing. UTF-8, invalid bytes replaced. A failed command that asked for a host outside its allow-list has a last line in square brackets that names it. */
  output: string
}

export interface SandboxSession {
  /** Never rejects for what the command does. Rejects with an `infrastructure` fault when the sandbox itself breaks. Calls may overlap. When it resolves, no process of the command is left. */
  run(command: Command): Promise<CommandResult>
  /** Ends what still runs; may be called twice. Does not delete the work tree. */
  close(): Promise<void>
}

export interface Sandbox {
  readonly kind: SandboxKind
  /** Tries it for real; may take a second. Never throws. */
  probe(): Promise<SandboxReport>
  /** Throws a fault `sandbox_unavailable` with the mend when it cannot be set up; there is no silent fallback. */
  open(options: SandboxOptions): Promise<SandboxSession>
  /** Ends what commands left running whose process died, where that does not end by itself. Never throws. */
  sweep?(): Promise<void>
}
