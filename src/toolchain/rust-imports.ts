// Rust's modules: `mod sums;` names a file, `use shop::sums::add` a module of a crate, whose root stands for all of it.
import { posix } from 'node:path'

/** Files of the repository that the modules named in the text may be, and for a test beside `src` the crate's root. */
export function rustImports(path: string, text: string, files: ReadonlySet<string>): string[] {
  const declared = [...text.matchAll(/^\s*(?:pub(?:\([^)]*\))? )?mod (\w+);/gm)].map((match) => match[1] ?? '')
  const used = [...text.matchAll(/\b(?:use |crate::|super::)([\w:]+)/g)].flatMap((match) =>
    (match[1] ?? '').split('::'),
  )
  const source = posix.join(crateFolder(path), 'src')
  const beside = /(^|\/)(lib|main|mod)\.rs$/.test(path) ? posix.dirname(path) : path.replace(/\.rs$/, '')
  const roots = path.startsWith(`${source}/`) ? [] : ['lib.rs', 'main.rs'].map((name) => posix.join(source, name))
  const candidates = [
    ...roots,
    ...declared.flatMap((name) => moduleFiles(beside, name)),
    ...[...new Set(used)].flatMap((name) => moduleFiles(source, name)),
  ]
  return candidates.filter((candidate) => files.has(candidate))
}

/** True for a file that holds tests of its own, beside the code that they test. */
export function hasInlineTests(path: string, text: string): boolean {
  return path.endsWith('.rs') && /^\s*#\[(\w+::)*test\b/m.test(text)
}

function crateFolder(path: string): string {
  return /^(.*?)(?:^|\/)(?:src|tests|benches|examples)\//.exec(path)?.[1] ?? posix.dirname(path)
}

function moduleFiles(folder: string, name: string): string[] {
  return [posix.join(folder, `${name}.rs`), posix.join(folder, name, 'mod.rs')]
}
