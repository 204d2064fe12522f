import type { FilePart } from './context-packet.ts'

const wholeLines = 300
const around = 20
const headLines = 80
const maxPartBytes = 24 * 1024

/** The whole file when it is short, else the lines around the hits (counted from 1), else its begin. At most 300 lines and 24 KiB. */
export function fileParts(text: string, hits: number[]): { lines: number; parts: FilePart[] } {
  const lines = text.replace(/\n$/, '').split('\n')
  const ranges = lines.length <= wholeLines ? [[1, lines.length] as const] : windows(lines.length, hits)
  let left = maxPartBytes
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

function windows(count: number, hits: number[]): (readonly [number, number])[] {
  if (hits.length === 0) return [[1, headLines]]
  const merged: [number, number][] = []
  let left = wholeLines
  for (const hit of [...new Set(hits)].sort((a, b) => a - b)) {
    const from = Math.max(1, hit - around)
    const to = Math.min(count, hit + around)
    const last = merged.at(-1)
    const joins = last !== undefined && from <= last[1] + 3
    left -= joins ? to - last[1] : to - from + 1
    if (left < 0) break
    if (joins) last[1] = to
    else merged.push([from, to])
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
