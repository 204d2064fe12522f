// Which parts of a repository a task is about, told from paths and labels alone.
import { packageOf } from '../policy/risk.ts'

const areaLabel = /^(area|component|comp|package|pkg|module|scope|team|owner)\s*[:/]\s*(.+)$/i

/** Packages of the paths first, then what labels such as `area: parser` name; each once. */
export function componentsOf(paths: string[], labels: string[]): string[] {
  return [...new Set([...paths.flatMap((path) => packageOf(path) ?? []), ...labels.flatMap((label) => nameIn(label))])]
}

/** The whole label, since it tells whether it names a team or an area. */
export function ownerAreaOf(labels: string[]): string | undefined {
  return labels.find((label) => nameIn(label).length > 0)
}

function nameIn(label: string): string[] {
  const name = areaLabel.exec(label.trim())?.[2]?.trim()
  return name ? [name] : []
}
