// Where things stand inside of a sandbox with walls, the same in each: what an install leaves holds paths.
import { isAbsolute } from 'node:path'
import { Fault } from '../errors.ts'
import type { SandboxOptions } from './sandbox.ts'

export const inside = {
  work: '/work',
  home: '/sandbox/home',
  temp: '/sandbox/home/tmp',
  node: '/sandbox/node',
  proxySocket: '/sandbox/proxy.sock',
  certificates: '/sandbox/certificates',
}

/** A path at one of the sandbox's own places would be mounted into the work tree or the home instead of beside them. */
export function refuseHiddenPaths({ readOnly, workTree, home }: SandboxOptions): void {
  const relative = [workTree, home, ...readOnly].find((path) => !isAbsolute(path))
  if (relative !== undefined) throw new Fault('defect', 'path_not_absolute', `${relative} is not an absolute path.`)
  const hidden = readOnly.find((path) => /^\/(work|sandbox|proc|dev)(\/|$)/.test(path))
  if (hidden === undefined) return
  const what = `${hidden} cannot be shown to commands: the sandbox uses that place.`
  throw new Fault('invalid_input', 'path_taken', what, {
    mend: 'Move the data folder out of /work, /sandbox, /proc and /dev.',
  })
}

/** The ids by which a command inside knows itself. */
export interface Identity {
  uid: number
  gid: number
}

/** Files below /etc that say who is who, by name: nobody of the host is in them. */
export function identityTexts({ uid, gid }: Identity): Record<string, string> {
  const user = `draftsmith:x:${uid}:${gid}:draftsmith:${inside.home}:/bin/sh\n`
  const root = 'root:x:0:0:root:/root:/usr/sbin/nologin\n'
  return {
    passwd: `${uid === 0 ? user : root + user}nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
    group: `${gid === 0 ? '' : 'root:x:0:\n'}draftsmith:x:${gid}:\nnogroup:x:65534:\n`,
    hosts: '127.0.0.1 localhost sandbox\n::1 localhost ip6-localhost\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
    'resolv.conf': '# No name server: names are resolved by the proxy, where the command has a network.\n',
  }
}
