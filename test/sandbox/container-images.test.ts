import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chooseImage, parseImages } from '../../src/sandbox/container-images.ts'

const images = parseImages('node=node:24, node+python=both:1, plain:1, go=golang:1') ?? []

it.each([
  [['node'], 'node:24'],
  [['node', 'python'], 'both:1'],
  [['python'], 'both:1'],
  [['go', 'make'], 'golang:1'],
  [['rust'], 'plain:1'],
  [[], 'plain:1'],
])('for %j is %s', (ecosystems, image) => {
  expect(chooseImage(images, { named: undefined, ecosystems })).toBe(image)
})

it('is never an option of the client, whatever is written', () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom('-', '--privileged', '=', ',', ' ', 'node', 'a/b:1', '\n'))
  const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(text, (written) => {
      for (const { image } of parseImages(written) ?? []) expect(image).toMatch(/^[a-z0-9][^\s,=]*$/)
    }),
  )
})
