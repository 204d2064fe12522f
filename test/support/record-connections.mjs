// Loaded into a process by NODE_OPTIONS: writes down whom it connects to, one destination a line, into the file that
// RECORD_CONNECTIONS names.
import { appendFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'

const file = process.env.RECORD_CONNECTIONS
const record = (destination) => appendFileSync(file, `${destination}\n`)

const connect = Socket.prototype.connect
Socket.prototype.connect = function (...args) {
  const [first] = Array.isArray(args[0]) ? args[0] : args
  const { host, port, path } = typeof first === 'object' ? first : { port: first, host: args[1] }
  // A Unix socket leads to nobody outside.
  if (path === undefined) record(`${host ?? 'localhost'}:${port}`)
  return connect.apply(this, args)
}

const dgram = createRequire(import.meta.url)('node:dgram')
const send = dgram.Socket.prototype.send
dgram.Socket.prototype.send = function (...args) {
  record(`udp ${args.filter((each) => typeof each !== 'function' && typeof each !== 'object').join(' ')}`)
  return send.apply(this, args)
}
