// Credentials whose shape does not show as it is written: encoded, or put together from parts.
import type { SecretHit } from './secret-patterns.ts'

type Find = (text: string) => SecretHit[]

interface Encoding {
  rule: string
  /** Long enough for the shortest credential. */
  run: RegExp
  /** A run may begin anywhere within what is encoded, so each alignment is tried. */
  alignments: number
  decode(run: string): string
}

const encodings: Encoding[] = [
  {
    rule: 'base64-of-credential',
    run: /[A-Za-z0-9+/_-]{26,}={0,2}/g,
    alignments: 4,
    decode: (run) => Buffer.from(run, 'base64').toString('latin1'),
  },
  {
    rule: 'hex-of-credential',
    run: /(?:[0-9a-f]{2}){20,}|(?:[0-9A-F]{2}){20,}/g,
    alignments: 1,
    decode: (run) => Buffer.from(run, 'hex').toString('latin1'),
  },
]

/** Encodings within encodings are looked through this often. */
const mostLayers = 2

/** `find` knows credentials that show. Linear in the length of the text. */
export function findDisguised(text: string, find: Find, layers = mostLayers): SecretHit[] {
  const within: Find = layers > 1 ? (part) => [...find(part), ...findDisguised(part, find, layers - 1)] : find
  return [...findInParts(text, find), ...encodings.flatMap((encoding) => findEncoded(text, encoding, within))]
}

/** All runs are decoded into one text, so that each shape is looked for once. */
function findEncoded(text: string, { rule, run, alignments, decode }: Encoding, find: Find): SecretHit[] {
  const runs = [...text.matchAll(run)]
  const hits = new Map<number, SecretHit>()
  for (let skip = 0; skip < alignments && runs.length > 0; skip += 1) {
    const decoded = runs.map(([all]) => decode(all.slice(skip)))
    const ends = endsOf(decoded)
    for (const { at } of find(decoded.join('\n'))) {
      const index = ends.findIndex((end) => at < end)
      const found = runs[index]
      if (found !== undefined) hits.set(index, { rule, at: found.index, end: found.index + found[0].length })
    }
  }
  return [...hits.values()]
}

function endsOf(parts: string[]): number[] {
  let end = 0
  return parts.map((part) => (end += part.length + 1))
}

/** Between the literals of `'a' + 'b'`, `["a", "b"]`, `("a" "b")`, `'a' . 'b'`, and at the end of a line that goes on. */
const seam = /(?<=[\w+/=-])(?:["'`]\s{0,200}[+.,&]?\s{0,200}["'`]|\\\r?\n[ \t]{0,200})(?=[\w+/=-])/g

function findInParts(text: string, find: Find): SecretHit[] {
  const seams = [...text.matchAll(seam)].map(({ 0: { length }, index }) => ({ index, length }))
  if (seams.length === 0) return []
  // Where each seam stood once those before it are taken out, and how much has been taken out up to there.
  let removed = 0
  const places = seams.map(({ index, length }) => {
    const at = index - removed
    removed += length
    return { at, removed }
  })
  const original = (offset: number) => offset + (places.findLast(({ at }) => at <= offset)?.removed ?? 0)
  return find(text.replace(seam, '')).flatMap((hit) => {
    if (!places.some(({ at }) => at > hit.at && at < hit.end)) return []
    return [{ rule: hit.rule, at: original(hit.at), end: original(hit.end - 1) + 1 }]
  })
}
