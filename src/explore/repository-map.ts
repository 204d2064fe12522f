const maxBytes = 2 * 1024

/** Folders with their files, one folder a line, at most 2 KiB: where names do not fit, only how many there are. */
export function repositoryMap(files: string[]): string {
  const folders = byFolder(files)
  for (const named of [Number.POSITIVE_INFINITY, 12, 6, 0]) {
    const text = folders.map(([folder, names]) => line(folder, names, named)).join('\n')
    if (Buffer.byteLength(text) <= maxBytes) return text
  }
  return shallow(files)
}

function byFolder(files: string[]): [string, string[]][] {
  const folders = new Map<string, string[]>()
  for (const path of [...files].sort()) {
    const at = path.lastIndexOf('/')
    const folder = at < 0 ? '.' : path.slice(0, at)
    folders.set(folder, [...(folders.get(folder) ?? []), path.slice(at + 1)])
  }
  return [...folders].sort(([a], [b]) => (a < b ? -1 : 1))
}

function line(folder: string, names: string[], named: number): string {
  if (named === 0) return `${folder}/ ${names.length} files`
  const more = names.length > named ? ` … ${names.length - named} more` : ''
  return `${folder}/ ${names.slice(0, named).join(' ')}${more}`
}

/** Top folders with the number of files below them, as many as fit. */
function shallow(files: string[]): string {
  const counts = new Map<string, number>()
  for (const path of [...files].sort()) {
    const top = path.includes('/') ? path.split('/').slice(0, 2).join('/') : '.'
    const folder = path.split('/').length > 2 ? top : path.split('/').slice(0, -1).join('/') || '.'
    counts.set(folder, (counts.get(folder) ?? 0) + 1)
  }
  const lines = [...counts].map(([folder, count]) => `${folder}/ ${count} files`)
  while (Buffer.byteLength(lines.join('\n')) > maxBytes - 20) lines.pop()
  return [...lines, ...(lines.length < counts.size ? ['…'] : [])].join('\n')
}
