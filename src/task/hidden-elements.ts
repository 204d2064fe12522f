// HTML elements that a page does not show, with everything inside them.
import { replaceOutsideCode } from './visible-code.ts'

const silent =
  /^(script|style|template|noscript|iframe|object|embed|svg|math|title|head|meta|link|textarea|select|canvas|audio|video)$/i
const hiding =
  /(\bhidden\b(?!\s*=\s*["']?false)|\baria-hidden\s*=\s*["']?true|\bstyle\s*=\s*["'][^"']*(display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0|font-size\s*:\s*0|color\s*:\s*(white|#fff|transparent)|(left|top|text-indent)\s*:\s*-\d))/i

const opening = /<([a-z][a-z0-9-]{0,30})((?:\s[^<>]{0,4000})?)\/?>/gi

/** Nested elements of the same name are not paired: what follows the first end tag stays as visible text. */
export function hiddenElements(text: string, take: (piece: string) => void): string {
  const neverClosed = new Set<string>()
  return replaceOutsideCode(text, opening, ([tag, name = '', inside = ''], start) => {
    if (!(silent.test(name) || hiding.test(inside))) return undefined
    const afterTag = start + tag.length
    const end = neverClosed.has(name) ? undefined : endOf(text, name, afterTag)
    if (end === undefined) neverClosed.add(name)
    take(text.slice(start, end ?? afterTag))
    return { by: '', until: end ?? afterTag }
  })
}

function endOf(text: string, name: string, start: number): number | undefined {
  const close = new RegExp(`</${name}\\s*>`, 'gi')
  close.lastIndex = start
  return close.exec(text) === null ? undefined : close.lastIndex
}
