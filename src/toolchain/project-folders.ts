// Projects may lie inside of each other; a path belongs to the innermost one.

/** True when the path lies in `folder` and in none of the other projects' folders inside of it. `.` is the root. */
export function owns(folder: string, path: string, projects: string[]): boolean {
  if (!within(folder, path)) return false
  return !projects.some((other) => other !== folder && within(folder, other) && within(other, path))
}

function within(folder: string, path: string): boolean {
  return folder === '.' || path.startsWith(`${folder}/`) || path === folder
}
