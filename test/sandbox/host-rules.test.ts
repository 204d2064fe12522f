import { describe, expect, it } from 'vitest'
import { createHostRules, isPrivateAddress } from '../../src/sandbox/host-rules.ts'

describe('host rules', () => {
  const rules = createHostRules([
    'registry.example.org',
    '*.cdn.example.org',
    'intern:8080',
    '[::1]:99',
    '*.any.org:8443',
  ])

  it.each([
    ['registry.example.org', 443, true],
    ['REGISTRY.example.org.', 80, true],
    ['registry.example.org', 22, false],
    ['evil-registry.example.org', 443, false],
    ['registry.example.org.evil.com', 443, false],
    ['a.cdn.example.org', 443, true],
    ['a.b.cdn.example.org', 443, true],
    ['cdn.example.org', 443, false],
    ['evilcdn.example.org', 443, false],
    ['intern', 8080, true],
    ['intern', 80, false],
    ['::1', 99, true],
    ['[::1]', 99, true],
    ['x.any.org', 8443, true],
    ['x.any.org', 443, false],
    ['', 443, false],
  ])('%s:%i: %s', (host, port, allowed) => {
    expect(rules.allows(host, port)).toBe(allowed)
  })

  it('refuse everything when nothing is listed', () => {
    expect(createHostRules([]).allows('example.org', 443)).toBe(false)
    expect(createHostRules(['', '*.', ':80']).allows('', 80)).toBe(false)
  })
})

describe('private addresses', () => {
  it.each([
    ...['127.0.0.1', '127.8.8.8', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254'],
    ...[
      '100.64.0.1',
      '0.0.0.0',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      'fe80::1',
      'fc00::1',
      'fd12::1',
      'ff02::1',
    ],
    ...['168.63.129.16', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '64:ff9b::7f00:1', 'not an address'],
  ])('%s is one', (address) => expect(isPrivateAddress(address)).toBe(true))

  it.each(['8.8.8.8', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '1.1.1.1'])('%s is none', (address) =>
    expect(isPrivateAddress(address)).toBe(false),
  )
})
