// The filter as bytes is judged by the kernel: it is put in front of a real program.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { seccompFilter } from '../../src/sandbox/seccomp-filter.ts'
import { requirePackage } from '../support/system.ts'

const needsPrograms = requirePackage('bubblewrap', ['bwrap', 'python3'])
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'draftsmith-filter-'))
})
afterEach(() => rm(folder, { recursive: true }))

needsPrograms('the filter of system calls', () => {
  const numbers = process.arch === 'x64' ? { getpid: 39, keyctl: 250 } : { getpid: 172, keyctl: 219 }

  async function run(program: string): Promise<string> {
    const file = join(folder, 'filter')
    await writeFile(file, seccompFilter(process.arch) ?? '')
    const { stdout } = await execa('sh', [
      ...['-c', 'exec bwrap --seccomp 4 --dev-bind / / python3 -c "$1" 4< "$0"', file],
      `import ctypes, os, socket\nlibc = ctypes.CDLL(None, use_errno=True)\n${program}`,
    ])
    return stdout
  }

  const call = (number: number) =>
    `r = libc.syscall(${number}, 0, 0, 0, 0, 0); print('passed' if r >= 0 else os.strerror(ctypes.get_errno()))`
  const open = (...args: number[]) =>
    `try: socket.socket(${args}); print('opened')\nexcept OSError as error: print(error.strerror)`

  it('lets ordinary calls pass', async () => {
    expect(await run(call(numbers.getpid))).toBe('passed')
  })

  it.each([
    ['keyctl', numbers.keyctl],
    ['io_uring_setup', 425],
  ])('refuses %s', async (_name, number) => {
    expect(await run(call(number))).toBe('Operation not permitted')
  })

  it.each([
    ['Unix', [1, 1]],
    ['IPv4', [2, 1]],
    ['IPv4 datagram', [2, 2]],
    ['IPv6', [10, 1]],
    ['route netlink', [16, 3, 0]],
  ])('opens a socket of family %s', async (_name, args) => {
    expect(await run(open(...args))).toBe('opened')
  })

  it.each([
    ['VSOCK', [40, 1]],
    ['ALG', [38, 5]],
    ['kernel events by netlink', [16, 3, 15]],
  ])('opens no socket of family %s', async (_name, args) => {
    expect(await run(open(...args))).toBe('Address family not supported by protocol')
  })

  it.skipIf(process.arch !== 'x64')('refuses the second set of numbers of the same calls', async () => {
    expect(await run(call(0x4000_0000 + numbers.getpid))).toBe('Function not implemented')
  })
})

it('is not made where the calls of the machine are not known', () => {
  expect(seccompFilter('riscv64')).toBeUndefined()
})
