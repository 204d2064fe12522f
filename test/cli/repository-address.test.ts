import { describe, expect, it } from 'vitest'
import { repositoryAddress } from '../../src/cli/repository-address.ts'

describe('an address of a repository', () => {
  it.each(['https://git.example.com/acme/tool.git', 'http://127.0.0.1:8080/tool'])('%s is used', (address) => {
    expect(repositoryAddress(address)).toBe(address)
  })

  it.each(['.', '/src/tool', '../tool', 'C:\\src', 'a@b', 'ext::sh -c id'])('%s is a path', (path) => {
    expect(repositoryAddress(path)).toBeUndefined()
  })

  it.each(['git@example.com:acme/tool.git', 'ssh://git@example.com/tool', 'file:///src/tool', 'git://x/y', 'https://'])(
    '%s is refused with the mend',
    (address) => {
      expect(() => repositoryAddress(address)).toThrow(
        expect.objectContaining({
          code: 'address_unsupported',
          message: `${address} cannot be fetched: only https and http can.`,
          mend: 'Give the folder of a clone, or the https address.',
        }),
      )
    },
  )

  it.each(['https://mia:hunter2@example.com/tool', 'https://hunter2@example.com/tool'])(
    '%s is refused without saying it',
    (address) => {
      expect(() => repositoryAddress(address)).toThrow(
        expect.objectContaining({
          code: 'address_with_credentials',
          message: expect.not.stringContaining('hunter2'),
          mend: expect.stringContaining('Clone the repository yourself'),
        }),
      )
    },
  )
})
