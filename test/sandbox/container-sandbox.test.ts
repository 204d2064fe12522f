import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ContainerImage } from '../../src/sandbox/container-images.ts'
import { createContainerSandbox } from '../../src/sandbox/container-sandbox.ts'
import { inside } from '../../src/sandbox/places.ts'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { endContract, filesContract, openFixture, resultContract, type SandboxFixture } from '../contract/sandbox.ts'
import { dockerInfo, podmanInfo, type StandInEngine, startStandInEngine } from '../support/stand-in-engine.ts'
import { requirePackage } from '../support/system.ts'

const needsPrograms = requirePackage('bubblewrap', ['bwrap', 'socat', 'python3', 'perl', 'git'])
const images: ContainerImage[] = [
  { image: 'everything', ecosystems: [] },
  { image: 'of-python', ecosystems: ['python'] },
]

needsPrograms('container sandbox', () => {
  let engine: StandInEngine
  beforeAll(async () => {
    engine = await startStandInEngine('docker', dockerInfo)
  })
  afterAll(() => engine.close())

  /** Made at each use: the engine is there only once the tests run. */
  const sandbox: Sandbox = {
    kind: 'container',
    probe: () => inEngine().probe(),
    open: (options) => inEngine().open(options),
  }
  const inEngine = () => createContainerSandbox({ hostEnv: engine.hostEnv, images })

  resultContract(sandbox)
  endContract(sandbox)
  filesContract(sandbox)

  let box: SandboxFixture
  beforeEach(async () => {
    box = await openFixture(sandbox, { GIVEN: 'yes' })
  })
  afterEach(() => box.close())

  describe('command line', () => {
    const own = `${process.getuid?.()}:${process.getgid?.()}`
    const walls = (name: string, user: string[]) => [
      ...['run', '--name', name, '--pull', 'never', '--entrypoint', '/bin/sh', '--workdir', '/'],
      ...['--hostname', 'sandbox', '--network', 'none', '--ipc', 'private', '--cgroupns', 'private'],
      ...['--stop-timeout', '0'],
      ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--read-only'],
      ...['--log-driver', 'none', '--no-healthcheck', ...user],
      ...['--memory', '1048576b', '--memory-swap', '1048576b', '--pids-limit', '7'],
      ...['--cpus', '1.5', '--tmpfs', '/tmp:rw,exec,nosuid,nodev,mode=1777,size=1048576'],
    ]
    const limits = { memoryBytes: 2 ** 20, processes: 7, cpus: 1.5 }

    /** Of the last command; paths by their last part, since the folders are new each time. */
    async function lastRun(of: StandInEngine): Promise<{ name: string; args: string[] }> {
      const args = (await of.calls()).filter(([verb]) => verb === 'run').at(-1) ?? []
      const plain = args.map((each) => each.replace(/source=[^,]*\//, 'source=…/'))
      return { name: args[2] ?? '', args: plain }
    }

    it('of Docker, for a command without a network', async () => {
      await box.run({ line: 'true', env: { ASKED: 'a b' } }, limits)
      const { name, args } = await lastRun(engine)
      const shell = args.indexOf('everything')
      expect(args.slice(0, shell)).toEqual([
        ...walls(name, ['--user', own]),
        ...['type=bind,source=…/tree,target=/work', 'type=bind,source=…/home,target=/sandbox/home'].flatMap(mounted),
        ...['passwd', 'group', 'hosts', 'resolv.conf']
          .map((file) => `type=bind,source=…/${file},target=/etc/${file},readonly`)
          .flatMap(mounted),
        ...['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap((proxy) =>
          ['--env', `${proxy}=`].concat('--env', `${proxy.toLowerCase()}=`),
        ),
        ...['HOME=/sandbox/home', 'TMPDIR=/sandbox/home/tmp', 'LANG=C.UTF-8', 'USER=draftsmith'].flatMap(set),
        ...['LOGNAME=draftsmith', 'SHELL=/bin/sh', 'GIT_TERMINAL_PROMPT=0', 'GIVEN=yes', 'ASKED=a b'].flatMap(set),
      ])
      expect(args.slice(shell + 1)).toEqual(['-c', expect.stringContaining('ulimit -n 512'), 'sh', inside.work, 'true'])
      expect(name).toMatch(/^draftsmith-[0-9a-f]{8}-\d+-\d+-[0-9a-f-]{36}$/)
    })

    it.each([
      ['podman', podmanInfo, ['--user', own, '--image-volume', 'tmpfs', '--userns', 'keep-id']],
      [
        'docker',
        { ...dockerInfo, SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless'] },
        ['--user', '0:0'],
      ],
    ] as const)('of rootless %s differs in whom it runs as', async (program, info, user) => {
      const rootless = await startStandInEngine(program, info)
      const fixture = await openFixture(createContainerSandbox({ hostEnv: rootless.hostEnv, images }))
      try {
        await fixture.run('true', limits)
        const { name, args } = await lastRun(rootless)
        expect(args.slice(0, args.indexOf('--mount'))).toEqual(walls(name, [...user]))
      } finally {
        await fixture.close()
        await rootless.close()
      }
    })

    it('shows the socket of the proxy, and no network, to a command that has one', async () => {
      await box.run({ line: 'true', network: { allowedHosts: [] } })
      const { args } = await lastRun(engine)
      expect(args).toContain('type=bind,source=…/bridges,target=/sandbox/bridges,readonly')
      expect(args.some((each) => /^type=bind,source=…\/proxy-\d+,target=\/sandbox\/proxy\.sock$/.test(each))).toBe(true)
      expect(args).toContain('HTTPS_PROXY=http://127.0.0.1:3128')
      expect(args[args.indexOf('--network') + 1]).toBe('none')
    })

    it('takes a path with a comma as one path', async () => {
      const odd = join(box.outside, 'a,b')
      await mkdir(odd)
      await box.open().then((session) => session.close())
      const session = await sandbox.open({ ...someOptions(box), readOnly: [odd] })
      await session.run({ line: 'true' }).catch(() => undefined)
      await session.close()
      const { args } = await lastRun(engine)
      expect(args.find((each) => each.includes('a,b'))).toMatch(/^type=bind,"source=.*a,b","target=.*a,b",readonly$/)
    })
  })

  describe('environment', () => {
    it("is the image's with ours, and nothing of the client's", async () => {
      const { output } = await box.run('env | sort; cat /proc/1/environ | tr "\\0" "\\n"')
      expect(output).toContain('OF_THE_IMAGE=yes')
      expect(output).toContain('GIVEN=yes')
      expect(output).not.toContain(engine.hostEnv.HOME)
    })

    it('knows the user by a name', async () => {
      const uid = process.getuid?.() ?? 0
      expect((await box.run('id -un; cat /etc/resolv.conf')).output).toMatch(/^draftsmith\n# No name server/)
      expect((await box.run('id -u')).output).toBe(`${uid}\n`)
    })
  })

  describe('network', () => {
    const tools = ['sh', 'cut', 'env', 'grep', 'sleep', 'head', 'cat', 'python3', 'tail']

    it.each([
      ['socat', ['socat']],
      ['perl', ['perl']],
      ['python3', ['python3']],
      ['node', ['node']],
    ])('leads through a bridge of %s to allowed hosts alone', async (name, programs) => {
      const server = createServer((_request, response) => response.end('arrived')).listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      const at = `127.0.0.1:${(server.address() as AddressInfo).port}`
      const image = `with-${name}`
      await engine.makeImage(image, [...tools.filter((each) => each !== 'python3'), ...programs])
      const bridged = createContainerSandbox({
        hostEnv: engine.hostEnv,
        images: [{ image, ecosystems: [] }],
        privateHosts: [at],
      })
      const fixture = await openFixture(bridged)
      try {
        await writeFile(join(fixture.workTree, 'ask.py'), askThroughProxy)
        const line = `/usr/bin/python3 ask.py http://${at}/ http://127.0.0.1:1/`
        const { output } = await fixture.run({ line, network: { allowedHosts: [at] } })
        expect(output).toMatch(/^200 arrived\n403 The sandbox refuses 127\.0\.0\.1:1: /)
      } finally {
        await fixture.close()
        server.close()
      }
    })

    it('is none where the image has nothing to bridge with, and says so', async () => {
      await engine.makeImage('bare', ['sh', 'cut', 'tail'])
      const bare = createContainerSandbox({ hostEnv: engine.hostEnv, images: [{ image: 'bare', ecosystems: [] }] })
      const fixture = await openFixture(bare)
      const line = 'cut -d: -f1 /proc/net/dev | tail -n +3'
      const { output } = await fixture.run({ line, network: { allowedHosts: ['example.org'] } })
      expect(output).toMatch(/^\[the image has none of socat, perl, python3 and node: .*\]\n\s*lo\n$/)
      await fixture.close()
    })
  })

  describe('end', () => {
    it('is told by the engine where memory was the reason', async () => {
      const starved = createContainerSandbox({
        hostEnv: engine.hostEnv,
        images: [{ image: 'starved', ecosystems: [] }],
      })
      const fixture = await openFixture(starved)
      expect(await fixture.run('true')).toMatchObject({ exitCode: null, limit: 'memory' })
      await fixture.close()
    })

    it('removes the container, by its name, also at the deadline', async () => {
      await box.run({ line: 'sleep 60', deadlineMs: 500 })
      await box.run('true')
      expect(await engine.containers()).toEqual([])
      expect((await engine.calls()).at(-1)).toEqual([
        'rm',
        '--force',
        '--volumes',
        expect.stringMatching(/^draftsmith-/),
      ])
    })

    it('is a fault where the container cannot be removed', async () => {
      const session = await box.open()
      await engine.set('stubborn', '')
      const ended = session.run({ line: 'true' })
      await expect(ended).rejects.toMatchObject({ class: 'infrastructure', code: 'processes_left' })
      await engine.unset('stubborn')
      await Promise.all((await engine.containers()).map((name) => engine.unset(join('containers', name))))
    })

    it('is a fault where the engine could not start it', async () => {
      const broken = createContainerSandbox({ hostEnv: engine.hostEnv, images: [{ image: 'missing', ecosystems: [] }] })
      const fixture = await openFixture(broken)
      await expect(fixture.run('true')).rejects.toMatchObject({
        code: 'sandbox_broke',
        message: expect.stringContaining('no such image: missing'),
      })
      await fixture.close()
    })

    it('comes at the next start for containers whose process died, and for no others', async () => {
      const running = box.run({ line: 'touch begun; sleep 60' }, { deadlineMs: 20_000 })
      await expect.poll(() => existsSync(join(box.workTree, 'begun'))).toBe(true)
      const [atWork = ''] = await engine.containers()
      const dead = atWork.replace(/^(draftsmith-[0-9a-f]{8}-)\d+/, '$1999999999')
      await engine.set(join('containers', dead), '')
      await inEngine().sweep?.()
      expect(await engine.containers()).toEqual([atWork])
      await box.close()
      expect(await running).toMatchObject({ limit: 'cancelled' })
    })
  })

  describe('image', () => {
    const imageOf = async () =>
      (await engine.calls())
        .filter(([verb]) => verb === 'run')
        .at(-1)
        ?.at(-6)

    it.each([
      [['python'], undefined, 'of-python'],
      [['go'], undefined, 'everything'],
      [['python'], 'everything', 'everything'],
      [['go'], 'not-offered', 'everything'],
    ])('for %j with the wish %s is %s', async (ecosystems, image, expected) => {
      const chosen = createContainerSandbox({ hostEnv: engine.hostEnv, images, ...(image && { image }) })
      const session = await chosen.open({ ...someOptions(box), ecosystems })
      await session.run({ line: 'true' })
      await session.close()
      expect(await imageOf()).toBe(expected)
    })

    it('is asked for where none is offered', async () => {
      const [, ofPython] = images
      const one = createContainerSandbox({ hostEnv: engine.hostEnv, images: ofPython ? [ofPython] : [] })
      await expect(one.open({ ...someOptions(box), ecosystems: ['go'] })).rejects.toMatchObject({
        code: 'image_missing',
        message: expect.stringContaining('built with go'),
      })
    })
  })

  describe('report', () => {
    it('says what holds', async () => {
      const { usable, held } = await sandbox.probe()
      expect(usable).toBe(true)
      expect(Object.fromEntries(held.map(({ limit, by }) => [limit, by]))).toMatchObject({
        files: 'a container of docker, with the rights of root',
        network: 'no network, and a filtering proxy by its socket',
        memory: 'a cgroup of docker',
        cpus: 'a cgroup of docker',
        'system calls': 'the filter of docker',
      })
    })

    it.each([
      ['an image that is not there', 'missing', /trial command in missing failed.*no such image/],
      ['a container that has a network all the same', 'open', /trial command in open failed: it had a network: /],
    ])('says what is wrong with %s', async (_what, image, problem) => {
      const report = await createContainerSandbox({
        hostEnv: engine.hostEnv,
        images: [{ image, ecosystems: [] }],
      }).probe()
      expect(report).toMatchObject({ usable: false, problem: { what: expect.stringMatching(problem) } })
      expect(report.problem?.mend).toContain(`docker pull ${image}`)
    })

    it('refuses an engine that cannot hold memory', async () => {
      const weak = await startStandInEngine('podman', {
        host: { ...podmanInfo.host, cgroupControllers: ['pids'] },
      })
      const report = await createContainerSandbox({ hostEnv: weak.hostEnv, images }).probe()
      expect(report.problem?.what).toContain('podman cannot limit memory')
      await weak.close()
    })

    it('names what to install where there is no engine', async () => {
      const none = createContainerSandbox({ hostEnv: { PATH: box.outside }, images })
      expect((await none.probe()).problem).toEqual({
        what: 'The container sandbox cannot be used: neither podman nor docker is on PATH.',
        mend: '`apt-get install podman`, or install Docker.',
      })
      await expect(none.open(someOptions(box))).rejects.toMatchObject({ code: 'sandbox_unavailable' })
    })
  })
})

const mounted = (fields: string) => ['--mount', fields]
const set = (variable: string) => ['--env', variable]

function someOptions({ workTree, home }: SandboxFixture) {
  const limits = {
    ...{ deadlineMs: 30_000, memoryBytes: 2 ** 28, processes: 64, cpus: 1 },
    ...{ fileBytes: 2 ** 20, diskBytes: 2 ** 30, openFiles: 256 },
  }
  return { runId: 'run-1', workTree, home, readOnly: [], env: {}, limits }
}

const askThroughProxy = `
import os, sys, urllib.request, urllib.error
opener = urllib.request.build_opener(urllib.request.ProxyHandler({'http': os.environ['HTTP_PROXY']}))
for address in sys.argv[1:]:
    try:
        answer = opener.open(address, timeout=20)
    except urllib.error.HTTPError as error:
        answer = error
    print(answer.status, answer.read().decode().strip())
`
