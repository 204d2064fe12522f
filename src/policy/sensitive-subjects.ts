// Subjects that a machine should not change alone, and the words by which a text or a path tells of them.
import type { Risk } from '../task/contract.ts'

export interface SensitiveSubject {
  risk: Risk
  /** Completes "it is about …". */
  about: string
  /** Words that leave no doubt. */
  plain: RegExp
  /**
   * Words that often mean something else: one raises the risk to `hinted`, two different ones say as much as a plain
   * word. Always with the flag `g`.
   */
  hint?: RegExp
  hinted?: Risk
  /** Names of folders, and of files without their extension. */
  names?: RegExp
}

/** The files of CI and deployment are protected as such, so that a mere mention of them raises nothing. */
export const sensitiveSubjects: SensitiveSubject[] = [
  {
    risk: 'critical',
    about: 'secrets',
    plain:
      /\b(?:passwords?|passphrases?|credentials?|private keys?|api[- ]keys?|client secrets?|(?:access|auth|api|bearer|csrf|expired|refresh|revoked|session)[- ]tokens?|(?:expose|hide|leak|mask|print|redact|rotate|show|store)(?:s|d|ed|ing)? (?:a |our |the )?secrets?)\b/i,
    hint: /\bsecrets?\b/gi,
    hinted: 'high',
    names: /^(?:secrets?|credentials?|vault|passwords?)$/,
  },
  {
    risk: 'critical',
    about: 'cryptography',
    plain:
      /\b(?:cryptograph(?:y|ic)|encrypt(?:s|ed|ion)?|decrypt(?:s|ed|ion)?|ciphers?|hmac|digital signatures?|(?:certificate|signature) (?:validation|verification)|(?:tls|ssl) (?:certificates?|configuration|handshakes?|verification|versions?))\b/i,
    hint: /\b(?:crypto|tls|ssl|certificates?)\b/gi,
    hinted: 'high',
    names: /^(?:crypto|cryptography|encryption|cipher|ciphers)$/,
  },
  {
    risk: 'critical',
    about: 'payments',
    plain:
      /\b(?:credit cards?|payment (?:apis?|gateways?|intents?|methods?|process(?:ing|ors?)|providers?|webhooks?)|(?:charge|debit|refund)(?:s|d|ed|ing)? (?:a |an |the )?(?:accounts?|cards?|customers?|users?)|payouts?|stripe|paypal|braintree|adyen)\b/i,
    hint: /\b(?:payments?|billing|refunds?|refunded)\b/gi,
    hinted: 'high',
    names: /^(?:payments?|billing|stripe|paypal)$/,
  },
  {
    risk: 'critical',
    about: 'authentication',
    plain:
      /\b(?:authenticat(?:e|es|ed|ion)|authori[sz](?:e|es|ed|ation)|oauth2?|oidc|sso|saml|jwts?|2fa|mfa|two[- ]factor|access control|permission checks?|privilege escalation|unauthori[sz]ed|(?:in)?validat(?:e|es|ed|ing) (?:the )?sessions?|sessions? (?:cookies?|expiry|fixation|hijacking|(?:in)?validation|(?:is|are) (?:not )?invalidated))\b/i,
    hint: /\b(?:auth|log-?ins?|log-?outs?|sign-?ins?|sign-?outs?|(?:can|can't|cannot|people|they|to|users?) (?:log|sign) (?:in|out))\b/gi,
    hinted: 'high',
    names:
      /^(?:auth|authn|authz|authentication|authorization|login|logout|oauth2?|oidc|saml|sso|jwt|session|sessions)$/,
  },
  {
    risk: 'critical',
    about: 'CI',
    plain:
      /\b(?:github actions?|(?:ci|build|release) (?:pipelines?|workflows?)|ci (?:checks?|config(?:uration)?|jobs?|scripts?|setup|steps?))\b/i,
    names: /^(?:\.github|\.circleci|\.gitlab|jenkins|ci|\.ci)$/,
  },
  {
    risk: 'critical',
    about: 'deployment',
    plain:
      /\b(?:deploy(?:ment)? (?:config(?:uration)?|keys?|manifests?|pipelines?|scripts?|targets?)|deploy(?:s|ed|ing)? to (?:prod|production|staging)|terraform|helm charts?|kubernetes (?:config(?:uration)?|manifests?))\b/i,
    names: /^(?:deploy|deployment|deployments|infra|infrastructure|terraform|k8s|kubernetes|helm)$/,
  },
  {
    risk: 'high',
    about: 'a public interface',
    plain:
      /\b(?:breaking changes?|public (?:api|interface)s?|backwards?[- ](?:in)?compatib(?:le|ility)|deprecat(?:e|es|ion))\b/i,
  },
  {
    risk: 'high',
    about: 'a vulnerability',
    plain:
      /\b(?:vulnerabilit(?:y|ies)|cve-\d{4}|(?:code|command|sql) injections?|xss|csrf|ssrf|path traversal|remote code execution)\b/i,
  },
  {
    risk: 'high',
    about: 'a data migration',
    plain: /\b(?:(?:data|database|db|schema) migrations?|alter table|drop (?:column|table))\b/i,
    names: /^(?:migrations?|migrate)$/,
  },
]
