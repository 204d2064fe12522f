// Commands in containers of a real Podman. What of it differs by engine is held against a stand-in: container-sandbox.test.ts.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { containerPrefix } from '../../src/sandbox/container-names.ts'
import { createContainerSandbox } from '../../src/sandbox/container-sandbox.ts'
import { namedProcesses } from '../../src/sandbox/process-tree.ts'
import { openFixture, processorsContract, type SandboxFixture, sandboxContract } from '../contract/sandbox.ts'
import { networkContract } from '../contract/sandbox-network.ts'
import { type Podman, podmanPrograms, startPodman } from '../support/podman.ts'
import { requirePackage, withoutSystemPart } from '../support/system.ts'

const image = 'tools'
const tools = [
  ...['cat', 'cut', 'env', 'git', 'grep', 'head', 'id', 'ls', 'mkdir', 'mktemp', 'mv', 'node', 'python3', 'readlink'],
  ...['rm', 'seq', 'sleep', 'socat', 'sort', 'tail', 'touch', 'tr', 'wc'],
]

const needsPrograms = requirePackage('podman', [...podmanPrograms, 'git', 'socat', 'python3'])
const podman = needsPrograms === describe ? await startPodman() : undefined
const hostEnv = podman?.hostEnv ?? {}
const inImages = (...names: string[]) => names.map((name) => ({ image: name, ecosystems: [] }))
const sandbox = createContainerSandbox({ hostEnv, images: inImages(image) })
const problem = await findProblem(podman)
/** Begun by Podman's client right before the container is. */
const monitors = () =>
  namedProcesses(containerPrefix()).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('conmon'))
const needsPodman = problem === undefined ? needsPrograms : withoutSystemPart(problem, 'podman info')

needsPodman('container sandbox on Podman', () => {
  afterAll(() => podman?.close())

  sandboxContract(sandbox)
  processorsContract(sandbox)
  networkContract((privateHosts) => createContainerSandbox({ hostEnv, privateHosts, images: inImages(image) }))

  let box: SandboxFixture
  beforeEach(async () => {
    box = await openFixture(sandbox, { GIVEN: 'yes' })
  })
  afterEach(() => box.close())

  it('says what holds', async () => {
    const { held } = await sandbox.probe()
    expect(Object.fromEntries(held.map(({ limit, by }) => [limit, by]))).toMatchObject({
      memory: 'a cgroup of podman',
      processes: 'a cgroup of podman',
      cpus: 'a cgroup of podman',
      'system calls': 'the filter of podman',
      disk: 'a watcher, four looks a second',
    })
  })

  it('leaves no process of a command that is stopped while its container is made', async () => {
    const session = await box.open()
    for (let times = 0; times < 3; times++) {
      const stop = new AbortController()
      const stopped = session.run({ line: 'sleep 60', signal: stop.signal }).catch(() => undefined)
      await expect.poll(monitors, { interval: 2, timeout: 10_000 }).toHaveLength(1)
      stop.abort()
      await stopped
      expect(namedProcesses(containerPrefix())).toEqual([])
    }
  })

  it('sees no process of the host, has no capability, cannot get one, and holds no open file of ours', async () => {
    const line =
      'ls -d /proc/[0-9]* | wc -l; grep -hE "^(CapEff|CapBnd|NoNewPrivs)" /proc/self/status | cut -f2; for fd in /proc/self/fd/*; do readlink $fd; done'
    const [count, effective, bounding, noNewPrivileges, ...files] = (await box.run(line)).output.trim().split('\n')
    expect(Number(count)).toBeLessThan(10)
    expect([effective, bounding, noNewPrivileges]).toEqual(['0000000000000000', '0000000000000000', '1'])
    expect(files.filter((file) => !/^\/dev\/null$|^pipe:|output-\d+$|^\/proc\/\d+\/fd$/.test(file))).toEqual([])
  })

  it('writes nowhere but to the work tree, the home and the folders for temporary files', async () => {
    const line = `for p in / /usr /etc /sandbox /opt /proc/sys/kernel; do touch $p/x 2>/dev/null && echo "$p writable"; done
(echo x > /proc/sys/kernel/core_pattern) 2>/dev/null && echo "core_pattern writable"
touch /tmp/x $HOME/x $TMPDIR/x x && echo fine`
    expect((await box.run(line)).output).toBe('fine\n')
  })

  it("has the image's environment and ours, and knows the user by a name", async () => {
    const { output } = await box.run('env | sort; id -un')
    expect(output).toMatch(/^GIVEN=yes$/m)
    expect(output).not.toContain('draftsmith-podman-')
    expect(output).toMatch(/\ndraftsmith\n$/)
  })

  it('leaves no container, and removes those of a process that died, and no others', async () => {
    const names = async () => (await podman?.ask('ps', '--all', '--format', '{{.Names}}'))?.split('\n').filter(Boolean)
    const running = box.run({ line: 'touch begun; sleep 60' })
    await expect.poll(() => existsSync(join(box.workTree, 'begun'))).toBe(true)
    const [atWork = ''] = (await names()) ?? []
    const dead = atWork.replace(/^(draftsmith-[0-9a-f]{8}-)\d+/, '$1999999999')
    await podman?.ask('run', '--detach', '--network', 'none', '--name', dead, image, '/bin/sh', '-c', 'sleep 60')
    await createContainerSandbox({ hostEnv, images: inImages(image) }).sweep?.()
    expect(await names()).toEqual([atWork])
    await box.close()
    expect(await running).toMatchObject({ limit: 'cancelled' })
    expect(await names()).toEqual([])
  })

  it('is not usable with an image that is not there', async () => {
    const { problem } = await createContainerSandbox({ hostEnv, images: inImages(image, 'not-there') }).probe()
    expect(problem?.what).toMatch(/trial command in not-there failed: .*not-there/)
  })
})

async function findProblem(started: Podman | undefined): Promise<string | undefined> {
  if (started === undefined) return undefined
  const refused = await started.makeImage(image, tools).catch((error: unknown) => String(error))
  const what = refused ?? (await sandbox.probe()).problem?.what
  if (what !== undefined) await started.close()
  return what
}
