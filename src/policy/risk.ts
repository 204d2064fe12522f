// Risk by rule, from words and paths. A model may call a task riskier than these rules do, never safer.
import { type Risk, risks } from '../task/contract.ts'
import { foldPath } from './fold-path.ts'

/** `reason` completes "risk high: …". */
export interface RiskSignal {
  risk: Risk
  reason: string
}

const words: [risk: Risk, about: string, pattern: RegExp][] = [
  [
    'critical',
    'secrets',
    /\b(secrets?|credentials?|passwords?|passphrases?|private keys?|api[- ]keys?|(?:access|auth|api|bearer|refresh|session)[- ]tokens?)\b/i,
  ],
  [
    'critical',
    'cryptography',
    /\b(crypto|cryptograph(?:y|ic)|encrypt(?:s|ed|ion)?|decrypt(?:s|ed|ion)?|ciphers?|hmac|tls|ssl|digital signatures?)\b/i,
  ],
  ['critical', 'payments', /\b(payments?|billing|refunds?|credit cards?|stripe|paypal|payouts?)\b/i],
  [
    'critical',
    'authentication',
    /\b(auth|authenticat(?:e|es|ed|ion)|authoriz(?:e|ed|ation)|authoris(?:e|ed|ation)|log-?ins?|sign-?ins?|oauth2?|oidc|sso|saml|jwts?|2fa|mfa|access control)\b/i,
  ],
  ['critical', 'CI', /\b(CI|continuous integration|github actions|(?:ci|build|release) (?:pipelines?|workflows?))\b/],
  ['critical', 'deployment', /\b(deploy(?:s|ed|ment|ments|ing)?|terraform|kubernetes|helm charts?)\b/i],
  [
    'high',
    'a public interface',
    /\b(breaking changes?|public (?:api|interface)s?|backwards?[- ]compatib(?:le|ility)|deprecat(?:e|es|ed|ion))\b/i,
  ],
  ['high', 'a data migration', /\b((?:data|database|db|schema) migrations?|alter table|drop (?:table|column))\b/i],
]

const folders: [risk: Risk, about: string, pattern: RegExp][] = [
  ['critical', 'secrets', /^(secrets?|credentials?|vault)$/],
  ['critical', 'cryptography', /^(crypto|cryptography|encryption)$/],
  ['critical', 'payments', /^(payments?|billing)$/],
  [
    'critical',
    'authentication',
    /^(auth|authn|authz|authentication|authorization|login|oauth2?|sso|jwt|session|sessions)$/,
  ],
  ['critical', 'CI', /^(\.github|\.circleci|\.gitlab|jenkins|ci|\.ci)$/],
  ['critical', 'deployment', /^(deploy|deployment|deployments|infra|infrastructure|terraform|k8s|kubernetes|helm)$/],
  ['high', 'a data migration', /^(migrations?|migrate)$/],
]

export function worse(a: Risk, b: Risk): Risk {
  return risks.indexOf(a) >= risks.indexOf(b) ? a : b
}

export function atLeast(risk: Risk, floor: Risk): boolean {
  return risks.indexOf(risk) >= risks.indexOf(floor)
}

/** One signal a subject, with the word that raised it. */
export function risksInText(text: string): RiskSignal[] {
  return words.flatMap(([risk, about, pattern]) => {
    const found = pattern.exec(text)
    return found === null ? [] : [{ risk, reason: `it is about ${about} ("${found[0]}")` }]
  })
}

/** Folders and file names that say what is in them, and packages that are touched together. Tests and documents beside them count less. */
export function risksInPaths(paths: string[]): RiskSignal[] {
  const signals = paths.filter((path) => !isHarmless(path)).flatMap((path) => riskOfPath(path))
  const packages = new Set(paths.flatMap((path) => packageOf(path) ?? []))
  if (packages.size > 1) {
    signals.push({ risk: 'high', reason: `it touches several packages (${[...packages].sort().join(', ')})` })
  }
  return signals
}

function riskOfPath(path: string): RiskSignal[] {
  const segments = foldPath(path).split('/')
  const stem = segments.at(-1)?.replace(/\..*$/, '') ?? ''
  const names = [...segments.slice(0, -1), stem]
  return folders.flatMap(([risk, about, pattern]) =>
    names.some((name) => pattern.test(name)) ? [{ risk, reason: `it touches ${about} (${path})` }] : [],
  )
}

function isHarmless(path: string): boolean {
  return /\.(md|mdx|rst|txt|adoc)$/i.test(path) || /(^|\/)(tests?|__tests__|spec)\//i.test(path)
}

/** The folder of the package that a path of a monorepo lies in, by the usual names of such folders. */
export function packageOf(path: string): string | undefined {
  return /^(packages|apps|libs|services|crates|modules)\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]
}
