// What every adapter of the sandbox port must do. Real processes; nothing is stood in for.
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Command, CommandResult, ResourceLimits, Sandbox, SandboxSession } from '../../src/sandbox/sandbox.ts'

export interface SandboxFixture {
  workTree: string
  home: string
  /** Not shown to any command. */
  outside: string
  open(limits?: Partial<ResourceLimits>): Promise<SandboxSession>
  /** One command in a session of its own. */
  run(command: Command | string, limits?: Partial<ResourceLimits>): Promise<CommandResult>
  close(): Promise<void>
}

const roomy: ResourceLimits = {
  deadlineMs: 30_000,
  memoryBytes: 1024 ** 3,
  processes: 128,
  cpus: 2,
  fileBytes: 64 * 1024 ** 2,
  diskBytes: 4 * 1024 ** 3,
  openFiles: 512,
}

export async function openFixture(sandbox: Sandbox, env: Record<string, string> = {}): Promise<SandboxFixture> {
  const root = await mkdtemp(join(tmpdir(), 'draftsmith-sandbox-test-'))
  const [workTree, home, outside] = [join(root, 'tree'), join(root, 'home'), join(root, 'outside')]
  await Promise.all([workTree, home, outside].map((folder) => mkdir(folder)))
  const sessions: SandboxSession[] = []
  const open = async (limits: Partial<ResourceLimits> = {}) => {
    const options = { runId: 'run-1', workTree, home, readOnly: [], limits: { ...roomy, ...limits }, env }
    const session = await sandbox.open(options)
    sessions.push(session)
    return session
  }
  return {
    workTree,
    home,
    outside,
    open,
    run: async (command, limits) => (await open(limits)).run(typeof command === 'string' ? { line: command } : command),
    async close() {
      await Promise.all(sessions.map((session) => session.close()))
      await rm(root, { recursive: true, force: true })
    },
  }
}

export function sandboxContract(sandbox: Sandbox): void {
  resultContract(sandbox)
  limitsContract(sandbox)
}

/** What a command sees, and what is told of it. */
export function resultContract(sandbox: Sandbox): void {
  let box: SandboxFixture
  beforeEach(async () => {
    box = await openFixture(sandbox)
  })
  afterEach(() => box.close())

  describe('result', () => {
    it('is the exit code and both streams in the order they came', async () => {
      const result = await box.run('echo one; echo two >&2; echo three; exit 3')
      expect(result).toMatchObject({ exitCode: 3, timedOut: false, truncated: false, output: 'one\ntwo\nthree\n' })
      expect(result.line).toBe('echo one; echo two >&2; echo three; exit 3')
      expect(result.durationMs).toBeGreaterThan(0)
    })

    it('is 128 and the signal when a signal ended the command', async () => {
      expect(await box.run('kill -SEGV $$')).toMatchObject({ exitCode: 139, timedOut: false })
    })

    it('is 127 for a program that is not there', async () => {
      const result = await box.run('no-such-program')
      expect(result.exitCode).toBe(127)
      expect(result.output).toContain('no-such-program')
    })

    it('keeps what is written to /dev/stdout and /dev/stderr by name', async () => {
      expect((await box.run('echo a > /dev/stdout; echo b > /dev/stderr')).output).toBe('a\nb\n')
    })

    it('replaces bytes that are not UTF-8', async () => {
      expect((await box.run("printf 'a\\377b'")).output).toBe('a\uFFFDb')
    })

    it('gives the command an empty input', async () => {
      expect(await box.run('cat; echo read')).toMatchObject({ exitCode: 0, output: 'read\n' })
    })

    it('runs in the folder that is named, and answers when that is not there', async () => {
      await mkdir(join(box.workTree, 'a folder'))
      await writeFile(join(box.workTree, 'a folder', 'here.txt'), '')
      expect((await box.run({ line: 'ls', cwd: 'a folder' })).output).toBe('here.txt\n')
      expect(await box.run({ line: 'ls', cwd: 'nowhere' })).toMatchObject({ exitCode: 126 })
    })

    it.each(['..', '../x', '/etc', 'a/../..'])('refuses the folder %s', async (cwd) => {
      await expect(box.run({ line: 'ls', cwd })).rejects.toMatchObject({ class: 'invalid_input', code: 'cwd_outside' })
    })

    it('is a value when the line cannot be handed to a shell', async () => {
      expect(await box.run('echo \0')).toMatchObject({ exitCode: 126, output: expect.stringContaining('NUL') })
      const result = await box.run(`true ${'x'.repeat(200_000)}`)
      expect(result).toMatchObject({ exitCode: 126, output: expect.stringContaining('128 KiB') })
    })
  })

  describe('output', () => {
    it('keeps head and tail within the bound and says how much is missing', async () => {
      const result = await box.run({ line: 'echo first; seq 1 20000; echo last', outputBytes: 1000 })
      expect(result.truncated).toBe(true)
      expect(result.output).toMatch(/^first\n1\n2\n/)
      expect(result.output).toMatch(/20000\nlast\n$/)
      const missing = Number(/\[… (\d+) bytes of output left out …\]/.exec(result.output)?.[1])
      const whole = Buffer.byteLength(
        ['first', ...Array.from({ length: 20000 }, (_, i) => i + 1), 'last', ''].join('\n'),
      )
      expect(missing).toBe(whole - 1000)
    })

    it('never cuts a character in two', async () => {
      const line = `i=0; while [ $i -lt 500 ]; do printf '€'; i=$((i+1)); done`
      const result = await box.run({ line, outputBytes: 100 })
      expect(result.truncated).toBe(true)
      expect(result.output.replace(/\[.*\]/, '')).toMatch(/^€+\n\n€+$/)
    })

    it('writes all of it to the log file', async () => {
      const logFile = join(box.outside, 'command.log')
      const result = await box.run({ line: 'seq 1 200000', outputBytes: 100, logFile })
      expect(result.truncated).toBe(true)
      const log = await readFile(logFile, 'utf8')
      expect(log.split('\n')).toHaveLength(200_001)
      expect(log).toMatch(/199999\n200000\n$/)
    })

    it('bounds the log file at 64 MiB', async () => {
      const logFile = join(box.outside, 'command.log')
      const result = await box.run({ line: 'head -c 80000000 /dev/zero', outputBytes: 1000, logFile })
      expect(result).toMatchObject({ exitCode: 0, truncated: true })
      const { size } = await stat(logFile)
      expect(size).toBeGreaterThanOrEqual(64 * 1024 ** 2)
      expect(size).toBeLessThan(64 * 1024 ** 2 + 200)
    })

    it('says so when the log file cannot be written', async () => {
      const logFile = join(box.outside, 'missing', 'command.log')
      await expect(box.run({ line: 'echo x', logFile })).rejects.toMatchObject({ code: 'log_unwritable' })
    })
  })

  describe('surroundings', () => {
    it('persist what a command writes into the work tree', async () => {
      await writeFile(join(box.workTree, 'in.txt'), 'from outside')
      expect(await box.run('cat in.txt; mkdir -p a/b; echo made > a/b/out.txt')).toMatchObject({
        output: 'from outside',
      })
      expect(await readFile(join(box.workTree, 'a/b/out.txt'), 'utf8')).toBe('made\n')
    })

    it('are a HOME and a TMPDIR of their own', async () => {
      const result = await box.run('echo kept > "$HOME/file"; f=$(mktemp); echo "$f"; cd "$HOME" && pwd')
      expect(result.exitCode).toBe(0)
      expect(await readFile(join(box.home, 'file'), 'utf8')).toBe('kept\n')
    })

    it('let commands overlap', async () => {
      const session = await box.open()
      const lines = ['one', 'two', 'three'].map(
        (name) => `touch ${name}; until [ -e one ] && [ -e two ] && [ -e three ]; do sleep 0.02; done; echo ${name}`,
      )
      const results = await Promise.all(lines.map((line) => session.run({ line, deadlineMs: 10_000 })))
      expect(results.map(({ output }) => output)).toEqual(['one\n', 'two\n', 'three\n'])
    })

    it('are used again by the next command of the session', async () => {
      const session = await box.open()
      for (const index of [1, 2, 3, 4]) {
        expect(await session.run({ line: `echo ${index} >> log; cat log` })).toMatchObject({ exitCode: 0 })
      }
      expect(await readFile(join(box.workTree, 'log'), 'utf8')).toBe('1\n2\n3\n4\n')
    })

    it('allow Unix sockets inside the work tree and the temp folder, in Python and in Node', async () => {
      await writeFile(join(box.workTree, 'socket.mjs'), nodeSocket)
      await writeFile(join(box.workTree, 'socket_test.py'), pythonSocket)
      expect(await box.run('python3 socket_test.py')).toMatchObject({ exitCode: 0, output: 'python ok\n' })
      expect(await box.run('node socket.mjs')).toMatchObject({ exitCode: 0, output: 'node ok\n' })
    })

    it('let git work on a folder', async () => {
      const line =
        'git init -q . && echo x > f && git add f && git -c user.name=a -c user.email=a@example.org commit -qm first && git log --format=%s'
      expect(await box.run(line)).toMatchObject({ exitCode: 0, output: 'first\n' })
    })
  })
}

/** How commands end, which depends on what holds the limits. */
export function limitsContract(sandbox: Sandbox): void {
  endContract(sandbox)
  filesContract(sandbox)
  let box: SandboxFixture
  beforeEach(async () => {
    box = await openFixture(sandbox)
  })
  afterEach(() => box.close())

  describe('limits', () => {
    it('end a command that takes too much memory', async () => {
      const line = `python3 -c "import time; kept = [bytearray(1024**2) for _ in range(900)]; time.sleep(5)"`
      const result = await box.run(line, { memoryBytes: 200 * 1024 ** 2 })
      expect(result).toMatchObject({ exitCode: null, limit: 'memory', timedOut: false })
    })

    it('end a fork bomb', async () => {
      await writeFile(join(box.workTree, 'bomb.py'), bomb)
      const result = await box.run('python3 bomb.py', { processes: 40, deadlineMs: 20_000 })
      expect(result).toMatchObject({ exitCode: null, limit: 'processes', timedOut: false })
    })

    it('end a command that fills the disk with a file that nobody can see', async () => {
      const unseen =
        'exec 9> "$HOME/x"; rm "$HOME/x"; head -c 60000000 /dev/zero >&9; head -c 60000000 /dev/zero >> y; sleep 20'
      expect(await box.run(unseen, { diskBytes: 100_000_000 })).toMatchObject({ limit: 'disk' })
    })
  })
}

/** Only where a cgroup holds them. */
export function processorsContract(sandbox: Sandbox): void {
  it('the time of the processors is bounded, for all processes together', async () => {
    const box = await openFixture(sandbox)
    await writeFile(join(box.workTree, 'spin.py'), spin)
    const { output } = await box.run('python3 spin.py', { cpus: 0.2 }).finally(box.close)
    // Of 3 seconds that two processes want in 1.5; the kernel grants in slices of a tenth of a second.
    expect(Number(output)).toBeGreaterThan(0)
    expect(Number(output)).toBeLessThan(0.6)
  })
}

/** What is written, which rlimits and the watcher of the disk hold everywhere. */
export function filesContract(sandbox: Sandbox): void {
  let box: SandboxFixture
  beforeEach(async () => {
    box = await openFixture(sandbox)
  })
  afterEach(() => box.close())

  describe('limits of files', () => {
    it('stop a file that grows too large, and leave the rest of the machine its room', async () => {
      const result = await box.run('head -c 5000000 /dev/zero > big; echo "exit $?"', { fileBytes: 1024 ** 2 })
      expect(result.output).toContain('exit 153')
      expect((await stat(join(box.workTree, 'big'))).size).toBe(1024 ** 2)
    })

    it('end a command that fills the disk', async () => {
      const many =
        'i=0; while [ $i -lt 200 ]; do i=$((i+1)); head -c 4000000 /dev/zero > f$i; sleep 0.01; done; sleep 20'
      const result = await box.run(many, { diskBytes: 64 * 1024 ** 2 })
      expect(result).toMatchObject({ exitCode: null, limit: 'disk', timedOut: false })
    })

    it('bound the open files', async () => {
      expect((await box.run('ulimit -n; ulimit -Hn', { openFiles: 100 })).output).toBe('100\n100\n')
    })
  })
}

/** However it ends, nothing of it is left. */
export function endContract(sandbox: Sandbox): void {
  let box: SandboxFixture
  beforeEach(async () => {
    box = await openFixture(sandbox)
  })
  afterEach(() => box.close())

  describe('end', () => {
    it('comes at the deadline, with what was printed until then', async () => {
      // Long enough for a busy machine to start the command at all.
      const result = await box.run({ line: 'echo before; sleep 60', deadlineMs: 2_000 })
      expect(result).toMatchObject({ exitCode: null, timedOut: true, limit: 'deadline', output: 'before\n' })
      expect(result.durationMs).toBeLessThan(30_000)
    })

    it('comes at the session deadline when a command asks for more', async () => {
      const result = await box.run({ line: 'sleep 60', deadlineMs: 60_000 }, { deadlineMs: 300 })
      expect(result).toMatchObject({ limit: 'deadline', timedOut: true })
    })

    it('comes at the deadline when the command ignores every signal it can', async () => {
      const result = await box.run({ line: "trap '' TERM INT HUP; while :; do sleep 1; done", deadlineMs: 300 })
      expect(result).toMatchObject({ limit: 'deadline' })
    })

    it('comes with the abort signal, also when it was given before the start', async () => {
      const abort = new AbortController()
      const running = box.run({ line: 'sleep 60', signal: abort.signal })
      await sleep(200)
      abort.abort()
      expect(await running).toMatchObject({ exitCode: null, timedOut: false, limit: 'cancelled' })
      expect(await box.run({ line: 'touch started', signal: abort.signal })).toMatchObject({ limit: 'cancelled' })
      expect(existsSync(join(box.workTree, 'started'))).toBe(false)
    })

    it('comes at once for a command that is aborted while it starts', async () => {
      const session = await box.open()
      for (const afterMs of [0, 1, 2, 4, 8]) {
        const abort = new AbortController()
        const running = session.run({ line: 'sleep 60', signal: abort.signal })
        await sleep(afterMs)
        abort.abort()
        expect(await running).toMatchObject({ limit: 'cancelled' })
      }
    })

    it('comes when the session is closed, which may happen twice', async () => {
      const session = await box.open()
      const running = session.run({ line: 'sleep 60' })
      await sleep(200)
      await Promise.all([session.close(), session.close()])
      expect(await running).toMatchObject({ limit: 'cancelled' })
      expect(await session.run({ line: 'true' })).toMatchObject({ limit: 'cancelled' })
    })

    it('leaves no process, not even a daemon that forked twice, left its session and closed its streams', async () => {
      const beat = join(box.workTree, 'beat')
      await writeFile(join(box.workTree, 'daemon.py'), daemon)
      const result = await box.run('python3 daemon.py; while [ ! -e beat ]; do sleep 0.02; done; echo parent done')
      expect(result).toMatchObject({ exitCode: 0, output: 'parent done\n' })
      const after = await readFile(beat, 'utf8')
      await sleep(300)
      expect(await readFile(beat, 'utf8')).toBe(after)
    })

    it('does not wait for a process in the background that holds the output', async () => {
      const result = await box.run('sleep 60 & echo done')
      expect(result).toMatchObject({ exitCode: 0, output: 'done\n' })
      expect(result.durationMs).toBeLessThan(10_000)
    })
  })
}

const daemon = `
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in (0, 1, 2):
            os.close(fd)
        count = 0
        while True:
            count += 1
            with open('beat.new', 'w') as beat:
                beat.write(str(count))
            os.rename('beat.new', 'beat')
            time.sleep(0.02)
    os._exit(0)
os.wait()
`

/** Grows slowly enough for a watcher to see it, and goes on when a fork is refused. */
const bomb = `
import os, sys, time
refused = 0
for _ in range(400):
    try:
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
    except OSError:
        refused += 1
    time.sleep(0.005)
sys.exit(1 if refused else 0)
`

/** Prints the seconds of processor that its children were given. */
const spin = `
import os, resource, time
for _ in range(2):
    if os.fork() == 0:
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            pass
        os._exit(0)
for _ in range(2):
    os.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)
`

const nodeSocket = `
import { createServer, connect } from 'node:net'
const server = createServer((socket) => socket.end('node ok'))
server.listen('./s.sock', () => {
  connect('./s.sock').on('data', (data) => { console.log(String(data)); server.close() })
})
`

const pythonSocket = `
import os, socket, tempfile, threading
path = os.path.join(tempfile.mkdtemp(), 's.sock')
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen()
def answer():
    peer, _ = server.accept()
    peer.sendall(b'python ok')
    peer.close()
threading.Thread(target=answer).start()
client = socket.socket(socket.AF_UNIX)
client.connect(path)
print(client.recv(100).decode())
`
