import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBubblewrapSandbox } from '../../src/sandbox/bubblewrap-sandbox.ts'
import { inside } from '../../src/sandbox/places.ts'
import {
  limitsContract,
  openFixture,
  processorsContract,
  type SandboxFixture,
  sandboxContract,
} from '../contract/sandbox.ts'
import { networkContract } from '../contract/sandbox-network.ts'
import { requirePackage, withoutSystemPart } from '../support/system.ts'

const hostEnv = { PATH: process.env.PATH, HOME: process.env.HOME, SECRET_TOKEN: 'secret' }
const noCgroups = {
  held: {},
  create: () => ({ joinFiles: [], pids: () => [], reached: () => undefined, remove: () => Promise.resolve() }),
}

const needsPrograms = requirePackage('bubblewrap', ['bwrap', 'socat', 'python3', 'git'])
const sandbox = createBubblewrapSandbox({ hostEnv })
const { usable, problem, held } = await sandbox.probe()
const needsSandbox =
  needsPrograms === describe && !usable ? withoutSystemPart(problem?.what ?? '', problem?.mend ?? '') : needsPrograms

needsSandbox('bubblewrap sandbox', () => {
  sandboxContract(sandbox)

  let box: SandboxFixture
  beforeEach(async () => {
    box = await openFixture(sandbox, { GIVEN: 'yes' })
  })
  afterEach(() => box.close())

  describe('where no cgroup can be written', () => {
    const watched = createBubblewrapSandbox({ hostEnv, cgroups: noCgroups })
    limitsContract(watched)

    it('the report names the watcher, and that nothing holds the processors', async () => {
      const { held } = await watched.probe()
      expect(held.find(({ limit }) => limit === 'memory')?.by).toContain('a watcher')
      expect(held.find(({ limit }) => limit === 'cpus')?.by).toContain('nothing')
    })
  })

  const cpusHeldBy = usable ? held.find(({ limit }) => limit === 'cpus')?.by : undefined

  if (cpusHeldBy?.startsWith('cgroup')) processorsContract(sandbox)

  describe('files', () => {
    it('are those of the system, the work tree and an own home; the root holds nothing else', async () => {
      const { output } = await box.run('ls / | tr "\\n" " "; pwd; echo "$HOME $TMPDIR"')
      const [names = '', home] = output.split('\n')
      for (const hidden of ['boot', 'media', 'mnt', 'run', 'srv', 'sys', 'var', 'home'])
        expect(names.split(' ')).not.toContain(hidden)
      expect(names).toMatch(/\/work$/)
      expect(home).toBe('/sandbox/home /sandbox/home/tmp')
    })

    it("of the host's home, temp and run folders are not there", async () => {
      await writeFile(join(box.outside, 'secret.txt'), 'secret')
      const home = process.env.HOME ?? '/root'
      const result = await box.run(
        `cat ${box.outside}/secret.txt; ls -A ${home}/.ssh ${home}/.npmrc ${home}/.gitconfig ${home}/.bashrc ${home}/.cache /run /var; ls -A /tmp; cat /etc/shadow`,
      )
      expect(result.exitCode).toBe(1)
      expect(
        result.output
          .trim()
          .split('\n')
          .every((line) => /No such file/.test(line)),
      ).toBe(true)
    })

    it('cannot be written outside the work tree, the home and /tmp', async () => {
      const shut = ['/', '/usr', '/etc', '/sandbox', homedir(), '/dev/../opt'].join(' ')
      const line = `for p in ${shut}; do touch $p/x 2>/dev/null && echo "$p writable"; done
touch /tmp/x $HOME/x $TMPDIR/x ${inside.work}/x && echo fine`
      expect((await box.run(line)).output).toBe('fine\n')
    })

    it('of the kernel cannot be opened for writing, although root started it', async () => {
      await writeFile(
        join(box.workTree, 'kernel.py'),
        `
import os
for path in ('/proc/sys/kernel/core_pattern', '/proc/sys/vm/overcommit_memory', '/proc/sysrq-trigger', '/proc/irq/default_smp_affinity'):
    try:
        os.close(os.open(path, os.O_WRONLY))
        print('open for writing:', path)
    except OSError:
        pass
for path in ('/proc/kcore', '/proc/keys', '/proc/timer_list'):
    try:
        print(path, open(path, 'rb').read(10)) if open(path, 'rb').read(10) else None
    except OSError:
        pass
`,
      )
      expect(await box.run('python3 kernel.py')).toMatchObject({ exitCode: 0, output: '' })
    })

    it('are not reached through a symbolic link that leaves the work tree', async () => {
      await writeFile(join(box.outside, 'target'), 'before')
      await symlink(join(box.outside, 'target'), join(box.workTree, 'link'))
      await symlink('/', join(box.workTree, 'root'))
      const result = await box.run(
        `cat link; echo changed > link; cat root${box.outside}/target; ls root/var; rm -rf root/usr/bin/env`,
      )
      expect(result.output).not.toContain('before')
      expect(await readFile(join(box.outside, 'target'), 'utf8')).toBe('before')
      expect(existsSync('/usr/bin/env')).toBe(true)
    })

    it('that are shown read-only can be read and not be written', async () => {
      await writeFile(join(box.outside, 'cached'), 'cached')
      const limits = {
        deadlineMs: 10_000,
        memoryBytes: 2 ** 28,
        processes: 64,
        cpus: 1,
        fileBytes: 2 ** 20,
        diskBytes: 4 * 1024 ** 3,
        openFiles: 256,
      }
      const session = await sandbox.open({
        ...{ runId: 'run-1', workTree: box.workTree, home: box.home, readOnly: [box.outside], env: {}, limits },
      })
      const result = await session.run({ line: `cat ${box.outside}/cached; echo x > ${box.outside}/cached` })
      await session.close()
      expect(result.output).toMatch(/^cached.*Read-only file system/s)
    })
  })

  describe('process', () => {
    it('sees no process of the host, has no capability and cannot get one', async () => {
      const { output } = await box.run(
        'ls -d /proc/[0-9]* | wc -l; id -u; grep -hE "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status',
      )
      const [count, uid, ...status] = output.trim().split('\n')
      expect(Number(count)).toBeLessThan(10)
      expect(uid).toBe('1000')
      expect(status.map((line) => line.split(':\t')[1])).toEqual(['0000000000000000', '0000000000000000', '1'])
    })

    it('holds no open file of ours but the output', async () => {
      const { output } = await box.run('for fd in /proc/self/fd/*; do readlink $fd; done')
      const targets = output
        .trim()
        .split('\n')
        .filter((target) => !/^\/dev\/null$|output-\d+$|^\/proc\/\d+\/fd$/.test(target))
      expect(targets).toEqual([])
    })

    it('cannot make user namespaces within its own', async () => {
      expect((await box.run('unshare -U true')).exitCode).not.toBe(0)
    })

    it('cannot reach with a loader variable the programs that build the walls', async () => {
      const env = { LD_DEBUG: 'libs', LD_DEBUG_OUTPUT: join(box.outside, 'loader') }
      expect(await box.run({ line: 'echo "$LD_DEBUG"', env })).toMatchObject({ exitCode: 0 })
      expect(await readdir(box.outside)).toEqual([])
    })

    it('leaves no cgroup behind', async () => {
      await box.run('true')
      const left = await Promise.all(['memory', 'pids', 'cpu'].map((name) => leftGroups(`/sys/fs/cgroup/${name}`)))
      expect(left.flat()).toEqual([])
    })
  })

  describe('environment', () => {
    it('holds nothing of ours', async () => {
      const { output } = await box.run({ line: 'env', env: { ASKED: 'too' } })
      expect(output).toContain('GIVEN=yes')
      expect(output).toContain('ASKED=too')
      expect(output).not.toMatch(/SECRET|npm_|VITEST|node_modules|proxy/i)
    })

    it("finds the machine's own tools, and a node where the machine has none", async () => {
      const tools = await mkdtemp(join(tmpdir(), 'draftsmith-tools-'))
      await Promise.all(['bin', 'lib', 'private'].map((name) => mkdir(join(tools, name))))
      await writeFile(join(tools, 'lib', 'word'), 'found\n')
      await writeFile(join(tools, 'private', 'token'), 'secret\n')
      await writeFile(
        join(tools, 'bin', 'own-tool'),
        '#!/bin/sh\ncat "$(dirname "$0")/../lib/word" "$(dirname "$0")/../private/token"\n',
      )
      await chmod(join(tools, 'bin', 'own-tool'), 0o755)
      for (const program of ['bwrap', 'socat', 'cat', 'dirname'])
        await symlink(`/usr/bin/${program}`, join(tools, 'bin', program))
      const bare = createBubblewrapSandbox({ hostEnv: { PATH: `${tools}/bin:/x/node_modules/.bin` } })
      const fixture = await openFixture(bare)
      const found = await fixture.run('own-tool')
      expect(found.output).toMatch(/^found\n/)
      expect(found.output).not.toContain('secret')
      expect((await fixture.run('node --version')).output).toBe(`${process.version}\n`)
      await fixture.close()
      await rm(tools, { recursive: true })
    })
  })

  networkContract((privateHosts) => createBubblewrapSandbox({ hostEnv, privateHosts }))

  it('with a network brings the certificates of the host, which a command without it does not get', async () => {
    const file = join(box.outside, 'ca.pem')
    await writeFile(file, 'certificate')
    const fixture = await openFixture(createBubblewrapSandbox({ hostEnv: { ...hostEnv, NODE_EXTRA_CA_CERTS: file } }))
    const line = 'cat "$NODE_EXTRA_CA_CERTS"'
    expect((await fixture.run({ line, network: { allowedHosts: [] } })).output).toBe('certificate')
    expect((await fixture.run({ line })).exitCode).toBe(1)
    await fixture.close()
  })
  it('refuses a folder at a place of its own', async () => {
    const limits = {
      deadlineMs: 1,
      memoryBytes: 1,
      processes: 1,
      cpus: 1,
      fileBytes: 1,
      diskBytes: 4 * 1024 ** 3,
      openFiles: 1,
    }
    const options = {
      runId: 'run-1',
      workTree: box.workTree,
      home: box.home,
      readOnly: [`${inside.work}/cache`],
      env: {},
      limits,
    }
    await expect(sandbox.open(options)).rejects.toMatchObject({ code: 'path_taken' })
  })
})

describe('bubblewrap sandbox on a machine without it', () => {
  it('says which packages are missing, and does not open', async () => {
    const sandbox = createBubblewrapSandbox({ hostEnv: { PATH: '/nowhere' } })
    expect(await sandbox.probe()).toMatchObject({
      usable: false,
      problem: {
        what: expect.stringContaining('bubblewrap and socat missing'),
        mend: 'apt-get install bubblewrap socat',
      },
    })
    const limits = {
      deadlineMs: 1,
      memoryBytes: 1,
      processes: 1,
      cpus: 1,
      fileBytes: 1,
      diskBytes: 4 * 1024 ** 3,
      openFiles: 1,
    }
    const options = { runId: 'run-1', workTree: '/x', home: '/y', readOnly: [], env: {}, limits }
    await expect(sandbox.open(options)).rejects.toMatchObject({
      ...{ class: 'invalid_input', code: 'sandbox_unavailable', mend: 'apt-get install bubblewrap socat' },
    })
  })
})

async function leftGroups(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  return names.filter((name) => name.includes(`draftsmith-${process.pid}-`))
}
