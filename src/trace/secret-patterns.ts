// Shapes of credentials that are told by their text alone. For the scan before publishing and for redaction.
import { findDisguised } from './secret-disguises.ts'

export interface SecretHit {
  /** Name of the shape; never the secret. */
  rule: string
  /** Offsets of the secret itself, half-open. */
  at: number
  end: number
}

interface Shape {
  rule: string
  pattern: RegExp
  /** Group that holds the secret; 0 is the whole match. */
  group: number
  /** Further proof, where the shape alone says too little. */
  proof?: (secret: string) => boolean
}

/** Told by the credential alone. Each begins with a literal that the engine can search for, so that long logs stay fast. */
const ownShapes: Shape[] = [
  {
    rule: 'private-key',
    pattern:
      /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)[A-Za-z0-9+/=:,.()\s\\"'-]){0,20000}(?:-----END [A-Z0-9 ]{0,40}-----)?/g,
    group: 0,
    // The head alone stands in every program that reads keys.
    proof: (block) => /-----END /.test(block) || /[A-Za-z0-9+/=]{40}/.test(block),
  },
  { rule: 'github-token', pattern: /\b(?:gh[opusr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b/g, group: 0 },
  { rule: 'model-provider-key', pattern: /\bsk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{20,200}/g, group: 0, proof: isRandom },
  { rule: 'aws-access-key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, group: 0 },
  { rule: 'google-api-key', pattern: /\bAIza[A-Za-z0-9_-]{35}/g, group: 0 },
  { rule: 'slack-token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,200}/g, group: 0 },
  { rule: 'gitlab-token', pattern: /\bglpat-[A-Za-z0-9_-]{20,64}/g, group: 0 },
  { rule: 'npm-token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g, group: 0 },
  { rule: 'stripe-key', pattern: /\b[rs]k_live_[A-Za-z0-9]{16,200}/g, group: 0 },
  {
    rule: 'json-web-token',
    pattern: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,2000}/g,
    group: 0,
  },
]

/** Told by what stands around them as well. */
const placeShapes: Shape[] = [
  {
    rule: 'credentials-in-url',
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"<>]{1,100}:([^\s/@'"<>]{3,200})@/gi,
    group: 1,
    proof: isNoPlaceholder,
  },
  {
    rule: 'authorization-header',
    pattern: /\bauthorization\b["']?\s*[:=]\s*["']?(?:basic|bearer|token)\s+([A-Za-z0-9+/._=-]{12,2000})/gi,
    group: 1,
    proof: isNoPlaceholder,
  },
  {
    rule: 'high-entropy-assignment',
    pattern:
      /(?:secret|token|passwd|password|passphrase|api_?key|apikey|access_?key|private_?key|credential|auth)[\w.-]{0,30}["']?\s{0,4}(?:[:=]|=>|:=)\s{0,4}["'`]?([A-Za-z0-9+/_=.-]{20,200})/gi,
    group: 1,
    proof: isRandom,
  },
]

/** Also those that are encoded or written in parts. Bounded work: linear in the length of the text. */
export function findSecrets(text: string): SecretHit[] {
  const alone = (part: string) => findShapes(part, ownShapes)
  return [...alone(text), ...findShapes(text, placeShapes), ...findDisguised(text, alone)]
}

function findShapes(text: string, shapes: Shape[]): SecretHit[] {
  return shapes.flatMap(({ rule, pattern, group, proof }) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const secret = match[group]
      if (secret === undefined || secret === '' || proof?.(secret) === false) return []
      const at = match.index + match[0].lastIndexOf(secret)
      return [{ rule, at, end: at + secret.length }]
    }),
  )
}

/** Counts from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}

/** Letters and digits mixed without a pattern: at least 3.5 bits a character, as truffleHog asks of such strings. */
function isRandom(secret: string): boolean {
  const mixed = /\d/.test(secret) && /[A-Za-z]/.test(secret)
  return mixed && isNoPlaceholder(secret) && entropy(secret) >= 3.5 && !looksLikeCode(secret)
}

function isNoPlaceholder(secret: string): boolean {
  return !/^(?:x+|\*+|\.+|<.*>|\$.*|%.*|your.*|my.*|example.*|changeme|placeholder.*|redacted|password|secret|token|test.*|dummy.*|fake.*)$/i.test(
    secret,
  )
}

/** `process.env.API_TOKEN_V2`, `reset-token-2`, `ACCESS_TOKEN_2`, `createTokenFromParts2`: names, not values. */
function looksLikeCode(secret: string): boolean {
  return /^(?:[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)+|[a-z]+(?:[_-][a-z0-9]+)+|[A-Z]+(?:_[A-Z0-9]+)+|[A-Za-z]?[a-z]+(?:[A-Z][a-z]+)+\d{0,3})$/.test(
    secret,
  )
}

function entropy(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}
