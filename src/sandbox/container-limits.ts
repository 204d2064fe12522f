// Which limit of the kernel a command met. Engines tell it of memory at best, and not each on every machine; the first
// process of a container can read it, and says so on the stream of the client that no command has.
import type { LimitReached } from './supervised-command.ts'

const word = 'draftsmith-limit'

/** What counts how often the kernel refused or killed something, in cgroup v2 and v1. */
const counters: { limit: LimitReached; name: string; files: string[] }[] = [
  {
    limit: 'memory',
    name: 'oom_kill',
    files: ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'],
  },
  { limit: 'processes', name: 'max', files: ['/sys/fs/cgroup/pids.events', '/sys/fs/cgroup/pids/pids.events'] },
]

/** Shell that tells on descriptor 4. It starts no program: where processes are the limit, it could not. */
export const tellLimits = [
  'tell() { while read -r name count; do',
  `if [ "$name" = "$2" ] && [ "$count" != 0 ]; then echo "${word} $1" >&4; fi`,
  'done < "$3"; }',
  ...counters.flatMap(({ limit, name, files }) =>
    files.map((file) => `[ ! -r ${file} ] || tell ${limit} ${name} ${file}`),
  ),
].join('\n')

/** The first that was told; a command could tell one only of itself, by really meeting it or by saying so. */
export function readLimit(errors: string): LimitReached | undefined {
  return counters.find(({ limit }) => errors.split('\n').includes(`${word} ${limit}`))?.limit
}
