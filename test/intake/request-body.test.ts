import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toFault } from '../../src/errors.ts'
import { createBodyReader } from '../../src/intake/request-body.ts'

let server: Server
let received = 0
beforeAll(async () => {
  const readBody = createBodyReader({ mostBytes: 100, mostBytesTogether: 100 })
  server = createServer((incoming, response) => {
    incoming.on('data', (chunk: Buffer) => {
      received += chunk.length
    })
    readBody(incoming).then(
      (text) => response.end(`read ${text.length}`),
      (thrown: unknown) => response.end(toFault(thrown).code),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => server.close())

test('reads no more at once than may be held of senders who have not shown a signature', async () => {
  const slow = send('x'.repeat(60))
  await expect.poll(() => received).toBe(60)
  const second = send('y'.repeat(60))
  expect(await second.finish()).toBe('bodies_too_many')
  expect(await slow.finish('x')).toBe('read 61')
  // What was given up is not counted for ever.
  expect(await send('z'.repeat(90)).finish()).toBe('read 90')
})

function send(begin: string) {
  const { port } = server.address() as AddressInfo
  const sending = request({ port, host: '127.0.0.1', method: 'POST' })
  const answered = new Promise<string>((resolve, reject) => {
    sending.once('error', reject).once('response', (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.once('end', () => resolve(text))
    })
  })
  sending.write(begin)
  return {
    finish(end = '') {
      sending.end(end)
      return answered
    },
  }
}
