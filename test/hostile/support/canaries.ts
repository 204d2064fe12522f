// Listeners that sing when somebody reaches them. All of them stand in the network namespace of the attacks.
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer as createWeb } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import type { CommandScene } from './command-scene.ts'

type Place = Pick<CommandScene, 'token' | 'onEnd'>

export interface Canary {
  host: string
  port: number
  /** What was heard so far: first lines, host names, datagrams. */
  heard: string[]
}

/** A web server that answers everything with the token. */
export async function webCanary({ token, onEnd }: Place, host = '127.0.0.1', port = 0): Promise<Canary> {
  const heard: string[] = []
  const server = createWeb((request, response) => {
    heard.push(`${request.method} ${request.headers.host} ${request.url}`)
    response.end(`${token}\n`)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  onEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host, port: (server.address() as AddressInfo).port, heard }
}

/** Listens at a path, or at an abstract name, and greets with the token. */
export async function socketCanary({ token, onEnd }: Place, path: string): Promise<void> {
  const server = createServer((socket) => socket.on('error', () => undefined).end(token))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve))
  onEnd(() => server.close())
}

/** Hears datagrams, as a name server would. */
export async function datagramCanary({ onEnd }: Place, host = '127.0.0.1'): Promise<Canary> {
  const heard: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (message) => heard.push(message.toString('latin1')))
  await new Promise<void>((resolve) => socket.bind(0, host, resolve))
  onEnd(() => socket.close())
  return { host, port: socket.address().port, heard }
}

/** A process of ours with the token in its arguments, for attackers of processes. */
export async function processCanary({ token, onEnd }: Place): Promise<ChildProcess> {
  const child = spawn('sleep', ['60'], { argv0: token, stdio: 'ignore' })
  await once(child, 'spawn')
  onEnd(() => child.kill('SIGKILL'))
  return child
}

/** The metadata server of the clouds: one for all cases, since they share its address. */
export function metadataCanary(): Promise<Canary & { token: string }> {
  metadata ??= webCanary({ token: metadataToken, onEnd: () => undefined }, '169.254.169.254', 80).then((canary) => ({
    ...canary,
    token: metadataToken,
  }))
  return metadata
}

const metadataToken = `METADATA-${process.env.HOSTILE_SECRET}`
let metadata: Promise<Canary & { token: string }> | undefined
