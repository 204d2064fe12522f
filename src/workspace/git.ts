// The one place that starts git. What a repository, its configuration or the machine's could make git run is off here,
// for every call: a new call site cannot forget it.
import { Fault } from '../errors.ts'
import { startGit } from './git-starter.ts'

export interface GitCall {
  /** Absolute; the host's git directory, never one that a command of the repository could write. */
  gitDir?: string
  workTree?: string
  cwd?: string
  /** Written to stdin, which is empty otherwise. */
  input?: string | Uint8Array
  /** Added to the environment of this call only; may hold a secret, which is cut out of every message. */
  env?: Record<string, string>
  signal?: AbortSignal
  /** Default 10 minutes. */
  timeoutMs?: number
  /** Most bytes of each output; default 512 MiB. More is the fault `git_output_exceeded`. */
  outputBytes?: number
}

export interface GitResult {
  ok: boolean
  /** Bytes as git wrote them: names and contents need not be UTF-8. */
  stdout: Buffer
  /** Secrets of `env` are cut out. */
  stderr: string
  exitCode: number | undefined
}

export interface Git {
  /** Throws `infrastructure`/`git_failed` with git's own reason, `cancelled`/`cancelled` when the signal ended it. */
  run(args: string[], call?: GitCall): Promise<Buffer>
  /** The same, with a failing exit as a value. */
  attempt(args: string[], call?: GitCall): Promise<GitResult>
}

export interface GitOptions {
  /** The host's environment, of which only `passedOn` reaches git. */
  hostEnv: Record<string, string | undefined>
  /** Absolute; an own, empty HOME. */
  home: string
}

/** What of the host's environment git may see: where programs are, whom to trust, how to reach the network. */
const passedOn = [
  'PATH',
  'TMPDIR',
  'GIT_EXEC_PATH',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'CURL_CA_BUNDLE',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
]

/** No file of the machine or of a user configures git, nothing may prompt, and nothing stands in for an object. */
const ownEnvironment = {
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_GRAFT_FILE: '/dev/null',
  GIT_LITERAL_PATHSPECS: '1',
  GIT_PROTOCOL_FROM_USER: '0',
  GIT_PAGER: 'cat',
}

/** Wins over every configuration file, that of a user's own repository included. */
const settings = {
  'advice.graftFileDeprecated': 'false',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.attributesFile': '/dev/null',
  'core.excludesFile': '/dev/null',
  'core.autocrlf': 'false',
  'core.eol': 'lf',
  'core.safecrlf': 'false',
  'core.fileMode': 'true',
  'core.symlinks': 'true',
  'core.ignoreCase': 'false',
  'core.precomposeUnicode': 'false',
  'core.protectHFS': 'true',
  'core.protectNTFS': 'true',
  // Of a hundred files and more; what is written is mostly waited for.
  'checkout.workers': '2',
  'core.quotePath': 'true',
  'core.sparseCheckout': 'false',
  'core.splitIndex': 'false',
  'core.untrackedCache': 'false',
  'core.commitGraph': 'false',
  'core.sshCommand': 'false',
  'credential.helper': '',
  'diff.suppressBlankEmpty': 'false',
  'fetch.unpackLimit': '1',
  'gc.auto': '0',
  'i18n.commitEncoding': 'UTF-8',
  'maintenance.auto': 'false',
  'protocol.version': '2',
  'protocol.allow': 'never',
  'safe.directory': '*',
  'submodule.recurse': 'false',
  'http.lowSpeedLimit': '1000',
  'http.lowSpeedTime': '60',
}

const settingArguments = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])
const defaultOutputBytes = 512 * 1024 * 1024
const defaultTimeoutMs = 10 * 60_000

export function createGit(options: GitOptions): Git {
  const base = { ...ownEnvironment, ...pick(options.hostEnv, passedOn), HOME: options.home }

  async function attempt(args: string[], call: GitCall = {}): Promise<GitResult> {
    const result = await startGit(
      {
        args: [...settingArguments, ...placeArguments(call), ...args],
        cwd: call.cwd ?? call.workTree ?? options.home,
        env: { ...base, ...call.env, ...ownEnvironment },
        input: call.input ?? '',
        timeoutMs: call.timeoutMs ?? defaultTimeoutMs,
        outputBytes: call.outputBytes ?? defaultOutputBytes,
      },
      call.signal,
    )
    if (result.cancelled) throw new Fault('cancelled', 'cancelled', 'git was stopped because the run was.')
    if (result.timedOut) throw failure(args, 'it took too long and was stopped', undefined)
    if (result.outputExceeded) throw outputExceeded(args)
    if (result.signal) throw failure(args, `it was ended by ${result.signal}`, undefined)
    if (result.exitCode === undefined) throw notStarted(result.problem ?? 'unknown')
    return {
      ok: result.exitCode === 0,
      stdout: Buffer.from(result.stdout),
      stderr: withoutSecrets(Buffer.from(result.stderr).toString('utf8'), call.env),
      exitCode: result.exitCode,
    }
  }

  return {
    attempt,
    async run(args, call) {
      const result = await attempt(args, call)
      if (!result.ok) throw failure(args, gitReason(result.stderr), result.exitCode)
      return result.stdout
    },
  }
}

/** Git's own reason: the first line that names one, for what follows is advice. */
export function gitReason(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const telling = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1)
  return telling?.trim() ?? 'it gave no reason'
}

function placeArguments({ gitDir, workTree }: GitCall): string[] {
  return [...(gitDir ? [`--git-dir=${gitDir}`] : []), ...(workTree ? [`--work-tree=${workTree}`] : [])]
}

function pick(env: Record<string, string | undefined>, names: string[]): Record<string, string> {
  const set = names.map((name) => [name, env[name]] as const)
  return Object.fromEntries(set.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** A server or a proxy may answer with what it was sent, so a message never repeats a value that only this call knew. */
function withoutSecrets(text: string, env: Record<string, string> = {}): string {
  const secrets = Object.values(env).flatMap((value) => [value, ...value.split(/\s+/)])
  return secrets
    .filter((secret) => secret.length >= 8)
    .reduce((rest, secret) => rest.replaceAll(secret, '[hidden]'), text)
}

function failure(args: string[], reason: string, exitCode: number | undefined): Fault {
  return new Fault('infrastructure', 'git_failed', `git ${args[0] ?? ''} failed: ${reason}`, { data: { exitCode } })
}

function outputExceeded(args: string[]): Fault {
  return new Fault('infrastructure', 'git_output_exceeded', `git ${args[0] ?? ''} printed more than it may.`)
}

function notStarted(message: string): Fault {
  return new Fault('infrastructure', 'git_not_started', `git could not be started: ${message}`, {
    mend: 'Install git 2.31 or later and make sure that it is on PATH.',
  })
}
