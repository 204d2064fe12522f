// .NET and the JVM import no files: a type is named, and by custom lies in the file of its name.
import { posix } from 'node:path'

/** Languages in which that holds; those of one platform name each other's types. */
const platforms = [/\.(cs|fs|vb)$/, /\.(java|kt|groovy|scala)$/]
export const typeSource = new RegExp(platforms.map(({ source }) => source).join('|'))

/** Files of the same platform that the types named in the text may lie in; of several of one name those in a namespace that the text has in scope. */
export function typeImports(path: string, text: string, files: ReadonlySet<string>): string[] {
  const platform = platforms.find((one) => one.test(path))
  const code = withoutProse(text)
  const named = new Set(code.match(/\b[A-Z]\w*/g) ?? [])
  const byType = new Map<string, string[]>()
  for (const file of files) {
    const type = typeOf(file)
    if (platform?.test(file) !== true || !named.has(type)) continue
    byType.set(type, [...(byType.get(type) ?? []), file])
  }
  const scope = namespacesIn(code)
  return [...byType.values()].flatMap((candidates) => nearest(candidates, scope))
}

/** `Money` of `Money.cs` and of its part `Money.Rounding.cs`. */
function typeOf(path: string): string {
  return posix.basename(path).split('.')[0] ?? ''
}

/** What stands in comments and in strings names nothing. */
function withoutProse(text: string): string {
  return text.replace(/\/\*[\s\S]*?(?:\*\/|$)|\/\/.*|"(?:[^"\\\n]|\\.)*"/g, ' ')
}

/** Each part by itself: how much of a namespace is a folder, the build decides. */
function namespacesIn(code: string): Set<string> {
  const lines = code.matchAll(
    /^[ \t]*(?:global\s+)?(?:using|namespace|open|module|Imports|import|package)\s+([\w.]+)/gim,
  )
  return new Set([...lines].flatMap(([, name = '']) => name.split('.')))
}

function nearest(candidates: string[], scope: Set<string>): string[] {
  if (candidates.length < 2) return candidates
  const inScope = candidates.filter((file) => scope.has(posix.dirname(file).split(/[/.]/).at(-1) ?? ''))
  return inScope.length === 0 ? candidates : inScope
}
