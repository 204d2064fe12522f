import { describe, expect, it } from 'vitest'
import { redact } from '../../src/trace/redaction.ts'
import { scanForSecrets } from '../../src/verify/secret-scan.ts'

// Put together at run time, so that no scanner takes this file for a leak.
const letters = 'aB3dE5gH7jK9mN1pQ4sT6vW8xY2zA0cD5fG7'
const samples: [rule: RegExp, text: string][] = [
  [/github-token/, `const t = "gh${'p_'}${letters}"`],
  [/github/, `github_${'pat_'}11ABCDEFG0${letters}${letters.slice(0, 23)}`],
  [/model-provider-key/, `ANTHROPIC=sk-${'ant-'}api03-${letters}${letters}`],
  [/aws/, `id: AK${'IA'}QWERTYUIOPASDFGH`],
  [/private-?key/, `-----BEGIN ${'RSA '}PRIVATE KEY-----\nMIIEow\n-----END ${'RSA '}PRIVATE KEY-----`],
  [/slack/, `xox${'b-'}123456789012-1234567890123-${letters.slice(0, 24)}`],
  [/high-entropy-assignment/, `apiKey: "${letters}"`],
  [/high-entropy-assignment/, `DB_PASSWORD=${letters.slice(0, 24)}`],
  [/credentials-in-url|basicauth|database/, `postgres://admin:${letters.slice(0, 12)}@db.internal/x`],
  [/json-web-token/, `ey${'J'}hbGciOiJIUzI1NiJ9.eyJ${letters}.${letters}`],
  [/base64-of-credential/, `data: ${Buffer.from(`gh${'p_'}${letters}`).toString('base64')}`],
  [/base64-of-credential/, `data: ${Buffer.from(`{"a":"gh${'p_'}${letters}"}`).toString('base64')}`],
  [/base64-of-credential/, `data: ${Buffer.from(btoa(`gh${'p_'}${letters}`)).toString('base64url')}`],
  [/hex-of-credential/, `data: ${Buffer.from(`gh${'p_'}${letters}`).toString('hex')}`],
  [/github-token/, `const t = 'gh${'p_'}' + '${letters.slice(0, 10)}' + '${letters.slice(10)}'`],
  [/github-token/, `const t = ["gh${'p_'}", "${letters}"].join('')`],
  [/authorization-header/, `authorization: Bearer ${letters}`],
]

describe('a credential is found, with its line and never with its text', () => {
  it.each(samples)('%s', async (rule, text) => {
    const findings = await scanForSecrets([{ path: 'src/a b.ts', text: `first\nsecond\n${text}\n` }])
    expect(findings).toContainEqual({ path: 'src/a b.ts', line: 3, rule: expect.stringMatching(rule) })
    expect(JSON.stringify(findings)).not.toContain(letters.slice(0, 12))
  })

  it('even where a comment asks the scanner to look away', async () => {
    const sendgrid = `S${'G.'}${letters.slice(0, 22)}.${letters}${letters.slice(0, 7)}`
    const text = `// secretlint-disable\nconst t = "${sendgrid}" // secretlint-disable-line\n`
    expect(await scanForSecrets([{ path: 'a.ts', text }])).toMatchObject([{ line: 2 }])
  })
})

describe('what only looks like one is left alone', () => {
  it.each([
    'const token = process.env.GITHUB_TOKEN_2024',
    'password: "your-password-goes-here-1"',
    'const tokenizer = createTokenizerWithOptions42()',
    '"integrity": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="',
    'commit 0123456789abcdef0123456789abcdef01234567',
    'https://user:password@example.com/',
    'authToken = undefined',
    `if (text.startsWith('-----BEGIN ${'PRIVATE KEY'}-----')) return parse(text)`,
    'passwordResetTokenExpiresInMinutes: 15,',
    `data:image/png;base64,${Buffer.from(Array.from({ length: 3_000 }, (_, at) => (at * 7919) % 256)).toString('base64')}`,
    "const kinds = ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_']",
    "['alpha', 'beta', 'gamma'].map((word) => word + 'x' + 'y')",
  ])('%s', async (text) => {
    expect(await scanForSecrets([{ path: 'a.ts', text }])).toEqual([])
  })
})

describe('redact', () => {
  it.each(samples.filter(([rule]) => !/aws$/.test(rule.source)))('%s', (_, text) => {
    const clean = redact(`before ${text} after`)
    expect(clean).toContain('[redacted: ')
    expect(clean).not.toContain(letters.slice(0, 12))
    expect(clean.startsWith('before ')).toBe(true)
    expect(redact(clean)).toBe(clean)
  })

  it('leaves a text without credentials as it is', () => {
    const text = 'ok 1 - slug joins words\n  duration_ms: 1.2\n'
    expect(redact(text)).toBe(text)
  })
})

it('redacts what is written in parts as one', () => {
  const text = `a 'gh${'p_'}${letters.slice(0, 10)}' + '${letters.slice(10)}' b 'x' + 'y'`
  expect(redact(text)).toBe("a '[redacted: github-token]' b 'x' + 'y'")
})

it('reads a megabyte of base64 without a stall', async () => {
  const text = `${Buffer.from(Array.from({ length: 57 }, (_, at) => (at * 31) % 256)).toString('base64')}\n`.repeat(
    13_000,
  )
  const started = performance.now()
  expect(redact(text)).toBe(text)
  expect(performance.now() - started).toBeLessThan(5_000)
})

it('reads a megabyte of source without a stall', async () => {
  const text = 'export const value = compute(a, b) // a comment with token: words and more\n'.repeat(14_000)
  const started = performance.now()
  await scanForSecrets([{ path: 'big.ts', text }])
  expect(performance.now() - started).toBeLessThan(5_000)
})
