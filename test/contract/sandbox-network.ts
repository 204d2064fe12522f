// What every adapter with walls must do about the network. Real servers, on this machine's loopback.
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createSocketServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Sandbox } from '../../src/sandbox/sandbox.ts'
import { openFixture, type SandboxFixture } from './sandbox.ts'

/** `make` gives the sandbox of a deployment that opens these hosts of its own. */
export function networkContract(make: (privateHosts: string[]) => Sandbox): void {
  describe('network', () => {
    let servers: { server: Server; at: string }[]
    let box: SandboxFixture
    /** Of a deployment that opens both servers. */
    let open: SandboxFixture
    beforeEach(async () => {
      servers = await Promise.all(['first', 'second'].map((name) => serve(name)))
      box = await openFixture(make([]))
      open = await openFixture(make(servers.map(({ at }) => at)))
    })
    afterEach(async () => {
      await Promise.all([box.close(), open.close()])
      await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))))
    })

    it('is closed to a private address that the repository names, and says who can open it', async () => {
      const at = servers[0]?.at ?? ''
      await writeFile(join(box.workTree, 'tunnel.py'), tunnel)
      const { exitCode, output } = await box.run({
        line: `python3 tunnel.py ${at}`,
        network: { allowedHosts: [at] },
      })
      expect(exitCode).toBe(1)
      expect(output).toContain(`[the sandbox refused ${at}: in a private network, which only the deployment can open]`)
    })

    it('is a loopback of its own without an allow-list', async () => {
      const [first] = servers
      const line = `python3 -c "
import urllib.request
print(urllib.request.urlopen('http://${first?.at}/', timeout=3).read())
"; cat /proc/net/dev | tail -n +3 | cut -d: -f1`
      const { output } = await box.run(line)
      expect(output).toContain('Connection refused')
      expect(output.trim().split('\n').at(-1)?.trim()).toBe('lo')
    })

    it("holds none of the host's abstract sockets", async () => {
      const name = `\0draftsmith-test-${process.pid}`
      const server = createSocketServer()
      await new Promise<void>((resolve) => server.listen(name, resolve))
      const line = `python3 -c "import socket; socket.socket(socket.AF_UNIX).connect('\\\\0draftsmith-test-${process.pid}')"`
      const { output } = await box.run(line)
      server.close()
      expect(output).toContain('Connection refused')
    })

    it('has two allow-lists at once, each for its own command', async () => {
      const [first, second] = servers.map(({ at }) => at)
      const fetchBoth = `python3 -c "
import time, urllib.request, urllib.error
for at in ('${first}', '${second}'):
    for _ in range(3):
        try:
            print(urllib.request.urlopen('http://' + at + '/').read().decode())
        except urllib.error.HTTPError as error:
            print(error.code, error.read().decode().strip())
        time.sleep(0.1)
"`
      const sessions = await Promise.all([open.open(), open.open()])
      const results = await Promise.all(
        sessions.map((session, index) =>
          session.run({ line: fetchBoth, network: { allowedHosts: [(index === 0 ? first : second) ?? ''] } }),
        ),
      )
      const refused = (at?: string) => `403 The sandbox refuses ${at}: it is not among the allowed hosts.\n`.repeat(3)
      expect(results.map(({ output }) => output)).toEqual([
        `${'first /\n'.repeat(3)}${refused(second)}`,
        `${refused(first)}${'second /\n'.repeat(3)}`,
      ])
    })

    it('passes a tunnel to an allowed host, and names the refused one below the output', async () => {
      const [first, second] = servers.map(({ at }) => at)
      await writeFile(join(open.workTree, 'tunnel.py'), tunnel)
      const network = { allowedHosts: [first ?? ''] }
      const passed = await open.run({ line: `python3 tunnel.py ${first}`, network })
      expect(passed).toMatchObject({ exitCode: 0, output: 'first /tunnelled\n' })
      const refused = await open.run({ line: `python3 tunnel.py ${second}`, network })
      expect(refused.exitCode).toBe(1)
      expect(refused.output).toContain('HTTP/1.1 403 Forbidden')
      expect(refused.output).toContain(`[the sandbox refused ${second}: not among the allowed hosts]`)
    })

    it('does not make a command wait for the bridge', async () => {
      const result = await box.run({ line: 'sleep 0.1 & wait; echo waited', network: { allowedHosts: [] } })
      expect(result).toMatchObject({ exitCode: 0, output: 'waited\n' })
    })
  })
}

async function serve(name: string): Promise<{ server: Server; at: string }> {
  const server = createServer((request, response) => response.end(`${name} ${request.url}`))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, at: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const tunnel = `
import os, socket, sys, urllib.parse
proxy = urllib.parse.urlparse(os.environ['HTTPS_PROXY'])
peer = socket.create_connection((proxy.hostname, proxy.port))
peer.sendall(('CONNECT %s HTTP/1.1\\r\\nHost: %s\\r\\n\\r\\n' % (sys.argv[1], sys.argv[1])).encode())
answer = peer.recv(4096).decode()
if ' 200 ' not in answer:
    print(answer)
    sys.exit(1)
peer.sendall(b'GET /tunnelled HTTP/1.0\\r\\n\\r\\n')
reply = b''
while chunk := peer.recv(4096):
    reply += chunk
print(reply.decode().split('\\r\\n\\r\\n')[1])
`
