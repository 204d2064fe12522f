// A filter of system calls for what namespaces do not hold back: kernel keyrings, sockets to the hypervisor, and the
// parts of the kernel that have been broken out of most often. Everything else stays: suites of all kinds run here.

interface Architecture {
  /** AUDIT_ARCH_… of linux/audit.h. */
  audit: number
  /** By the tables of the kernel: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h. */
  calls: Record<Refused | 'socket', number>
}

const refused = [
  // Keys of the session of whoever runs the service: no namespace divides those.
  ...['add_key', 'request_key', 'keyctl'],
  // Never needed by a suite, and each has led into the kernel. io_uring opens sockets past this filter besides.
  ...['bpf', 'perf_event_open', 'userfaultfd', 'io_uring_setup', 'io_uring_enter', 'io_uring_register'],
] as const
type Refused = 'add_key' | 'request_key' | 'keyctl' | 'bpf' | 'perf_event_open' | 'userfaultfd' | IoUring
type IoUring = 'io_uring_setup' | 'io_uring_enter' | 'io_uring_register'

const ioUring = { io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427 }
const architectures: Partial<Record<NodeJS.Architecture, Architecture>> = {
  x64: {
    audit: 0xc000003e,
    calls: {
      ...{ socket: 41, add_key: 248, request_key: 249, keyctl: 250 },
      ...{ perf_event_open: 298, bpf: 321, userfaultfd: 323, ...ioUring },
    },
  },
  arm64: {
    audit: 0xc00000b7,
    calls: {
      ...{ socket: 198, add_key: 217, request_key: 218, keyctl: 219 },
      ...{ perf_event_open: 241, bpf: 280, userfaultfd: 282, ...ioUring },
    },
  },
}

/** AF_UNIX, AF_INET, AF_INET6: what a network namespace or the file system divides. */
const socketFamilies = [1, 2, 10]
/** AF_NETLINK with NETLINK_ROUTE, by which programs list the addresses of their machine. */
const netlink = { family: 16, route: 0 }
/** Of x32, a second set of numbers for the same calls. */
const x32Bit = 0x4000_0000

const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 }

/** A program for `bwrap --seccomp`; undefined on an architecture whose calls are not known here. */
export function seccompFilter(architecture: NodeJS.Architecture): Buffer | undefined {
  const known = architectures[architecture]
  if (known === undefined) return undefined
  return assemble([
    // Programs of another architecture, such as 32-bit ones, would call by other numbers.
    load(offset.architecture),
    jumpIfEqual(known.audit, 1, 0),
    refuse(errno.ENOSYS),
    load(offset.number),
    jumpIfAtLeast(x32Bit, 0, 1),
    refuse(errno.ENOSYS),
    ...refused.flatMap((name) => [jumpIfEqual(known.calls[name], 0, 1), refuse(errno.EPERM)]),
    ...socketRule(known.calls.socket),
    allow,
  ])
}

function socketRule(number: number): Instruction[] {
  const families = socketFamilies.map((family) => [jumpIfEqual(family, 0, 1), allow])
  const rule = [
    load(offset.arguments[0]),
    ...families.flat(),
    jumpIfEqual(netlink.family, 0, 2),
    load(offset.arguments[2]),
    jumpIfEqual(netlink.route, 1, 0),
    refuse(errno.EAFNOSUPPORT),
  ]
  return [jumpIfEqual(number, 0, rule.length), ...rule]
}

/** A classic BPF instruction (linux/filter.h): operation, jumps when true and false, operand. */
type Instruction = [code: number, whenTrue: number, whenFalse: number, operand: number]

/** Within struct seccomp_data; of the arguments the lower half, on little endian machines. */
const offset = { number: 0, architecture: 4, arguments: [16, 24, 32] } as const
const instructionBytes = 8

const load = (at: number): Instruction => [0x20, 0, 0, at]
const jumpIfEqual = (value: number, whenTrue: number, whenFalse: number): Instruction => [
  0x15,
  whenTrue,
  whenFalse,
  value,
]
const jumpIfAtLeast = (value: number, whenTrue: number, whenFalse: number): Instruction => [
  0x35,
  whenTrue,
  whenFalse,
  value,
]
const refuse = (error: number): Instruction => [0x06, 0, 0, 0x0005_0000 | error]
const allow: Instruction = [0x06, 0, 0, 0x7fff_0000]

function assemble(instructions: Instruction[]): Buffer {
  const program = Buffer.alloc(instructions.length * instructionBytes)
  for (const [index, [code, whenTrue, whenFalse, operand]] of instructions.entries()) {
    const at = index * instructionBytes
    program.writeUInt16LE(code, at)
    program.writeUInt8(whenTrue, at + 2)
    program.writeUInt8(whenFalse, at + 3)
    program.writeUInt32LE(operand, at + 4)
  }
  return program
}
