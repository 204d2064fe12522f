// The closed list of what may differ between two runs of the same scenario. Everything else belongs to a recording's key.

interface Volatile {
  name: string
  pattern: RegExp
  replace: string | ((match: string) => string)
}

/** Top-level folders that hold what a machine or a run makes up; an absolute path is known by them. */
const roots = '(?:tmp|var|private|home|root|Users|work|workspace|opt|usr|mnt|media|run|srv|builds?|data|app|dev/shm)'

/** In this order: a time stamp holds a clock time, a path may hold a run's id. */
export const volatileValues: readonly Volatile[] = [
  {
    name: 'time stamp',
    pattern: /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?/g,
    replace: '<time>',
  },
  { name: 'clock time', pattern: /\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b/g, replace: '<time>' },
  {
    name: 'absolute path',
    pattern: new RegExp(`(?<![\\w.~/<-])/${roots}(?:/[\\w.@+~=-]+)+/?`, 'g'),
    replace: withoutFolders,
  },
  { name: 'run id', pattern: /\br-[a-z0-9]{10}\b/g, replace: '<run>' },
  { name: 'port', pattern: /\b(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1?\]):\d{2,5}\b/g, replace: '$1:<port>' },
  { name: 'duration', pattern: /\b(duration_ms)(["']?[:=]?\s*)\d+(?:\.\d+)?/g, replace: '$1$2<duration>' },
  { name: 'duration', pattern: /\b\d+(?:\.\d+)?\s?(?:ms|µs|ns|s|secs?|seconds?)\b/g, replace: '<duration>' },
]

/** The text with every volatile value replaced by its name. */
export function withoutVolatile(text: string): string {
  return volatileValues.reduce(
    (result, { pattern, replace }) =>
      typeof replace === 'string' ? result.replace(pattern, replace) : result.replace(pattern, replace),
    text,
  )
}

/** Keeps a file's name, since it is part of the message; a folder's last name may be made up by the run. */
function withoutFolders(path: string): string {
  const name = path.split('/').at(-1) ?? ''
  return /^[\w@+~=-][\w.@+~=-]*\.[A-Za-z]\w{0,9}$/.test(name) ? `<path>/${name}` : '<path>'
}
