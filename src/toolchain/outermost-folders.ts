// Where projects of a kind begin, for kinds whose projects list what lies in them.

/** Folders with such a file that lie in no other one, the root's alone where it has one; at most 20. */
export function outermostFolders(paths: string[]): string[] {
  const folders = [...new Set(paths.map((path) => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.')))]
  const outermost = folders.includes('.')
    ? ['.']
    : folders.filter((one) => !folders.some((other) => one.startsWith(`${other}/`)))
  return outermost.sort().slice(0, 20)
}
