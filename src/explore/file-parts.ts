import type { FilePart } from './context-packet.ts'
import { defines } from './definitions.ts'

/** A line that was searched for, from 1, and how much it says about the task. */
export interface Hit {
  line: number
  points: number
  /** True where what was searched for is defined; more is shown below it than above. */
  defines: boolean
}

/** In lines; `around` is what a hit is shown with on either side. */
interface Extent {
  whole: number
  around: number
}
const usual: Extent = { whole: 300, around: 20 }
/** Of a file that only names what others define: how it does. */
const mention: Extent = { whole: 20, around: 4 }
const mostLines = 300
const headLines = 80

/** The whole file when it is short, else the lines around the hits that say most, in the file's order, else its begin. At most 300 lines and `maxBytes`. */
export function fileParts(text: string, hits: Hit[], maxBytes: number): { lines: number; parts: FilePart[] } {
  return partsOf(text, hits, { ...usual, maxBytes })
}

/** The same of a file that is shown for its mentions alone. */
export function mentionParts(text: string, hits: Hit[], maxBytes: number): { lines: number; parts: FilePart[] } {
  return partsOf(text, hits, { ...mention, maxBytes })
}

type Bounds = Extent & { maxBytes: number }

function partsOf(text: string, hits: Hit[], bounds: Bounds): { lines: number; parts: FilePart[] } {
  const { maxBytes } = bounds
  const lines = text.replace(/\n$/, '').split('\n')
  const whole = lines.length <= bounds.whole && Buffer.byteLength(text) <= maxBytes
  const ranges = whole ? [[1, lines.length] as const] : windows(lines, hits, bounds)
  let left = maxBytes
  const parts: FilePart[] = []
  for (const [from, to] of ranges) {
    const kept = fitting(lines.slice(from - 1, to), left)
    if (kept.length === 0) break
    const part = { from, to: from + kept.length - 1, text: kept.join('\n') }
    left -= Buffer.byteLength(part.text)
    parts.push(part)
  }
  return { lines: lines.length, parts }
}

/** Where a file names them, definitions first. Of `Owner.name` the one in its owner. What is not in the file gives none. */
export function hitsOf(names: string[], text: string): Hit[] {
  const lines = text.split('\n')
  return names.flatMap((name, at): Hit[] => {
    const points = names.length - at
    const { defined, first } = placesOf(name, lines)
    if (defined.length > 0) return defined.map((line) => ({ line: line + 1, points, defines: true }))
    return first < 0 ? [] : [{ line: first + 1, points, defines: false }]
  })
}

/** One name may be defined in several classes. */
const mostDefinitions = 3

function placesOf(name: string, lines: string[]): { defined: number[]; first: number } {
  const owners = name.split(/\.|::|#/).filter((part) => part !== '')
  const own = owners.pop() ?? name
  const from = owners.reduce((start, owner) => Math.max(start, definitionsOf(owner, lines, start)[0] ?? 0), 0)
  const defined = definitionsOf(own, lines, from).slice(0, owners.length > 0 ? 1 : mostDefinitions)
  return { defined, first: lines.findIndex((line) => line.includes(name)) }
}

function definitionsOf(name: string, lines: string[], from: number): number[] {
  return lines.flatMap((line, at) => (at >= from && line.includes(name) && defines(name, line, false) ? [at] : []))
}

/** Lines are taken window by window, the strongest hit's first, until one no longer fits. */
function windows(lines: string[], hits: Hit[], { maxBytes, around }: Bounds): (readonly [number, number])[] {
  if (hits.length === 0) return [[1, Math.min(headLines, lines.length)]]
  const shown = new Set<number>()
  const licence = headComment(lines)
  let bytes = maxBytes
  for (const hit of [...hits].sort((a, b) => b.points - a.points || a.line - b.line)) {
    const added = windowOf(hit, lines.length, around).filter(
      (line) => !shown.has(line) && (line > licence || hit.line <= licence),
    )
    const size = added.reduce((sum, line) => sum + Buffer.byteLength(lines[line - 1] ?? '') + 1, 0)
    const fits = shown.size + added.length <= mostLines && size <= bytes
    if (!fits && shown.size > 0) break
    bytes -= size
    for (const line of added) shown.add(line)
  }
  return ranges([...shown].sort((a, b) => a - b))
}

/** Lines of the comment that a file begins with, most often a licence, which says nothing about the task. */
function headComment(lines: string[]): number {
  const end = lines.findIndex((line) => !/^\s*(?:#|\/\/|\/?\*|--|;|<!--)|^\s*$/.test(line))
  return Math.max(end, 0)
}

function windowOf({ line, defines }: Hit, count: number, around: number): number[] {
  const from = Math.max(1, line - (defines ? around / 4 : around))
  const to = Math.min(count, line + (defines ? around * 2 : around))
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

/** Gaps of up to three lines are closed: a mark in their place would be as long. */
function ranges(lines: number[]): [number, number][] {
  const merged: [number, number][] = []
  for (const line of lines) {
    const last = merged.at(-1)
    if (last !== undefined && line <= last[1] + 4) last[1] = line
    else merged.push([line, line])
  }
  return merged
}

function fitting(lines: string[], bytes: number): string[] {
  let left = bytes
  const end = lines.findIndex((line) => {
    left -= Buffer.byteLength(line) + 1
    return left < 0
  })
  return end < 0 ? lines : lines.slice(0, end)
}
