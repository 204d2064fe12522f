import { commandCase } from '../support/command-scene.ts'

export const attack = commandCase({
  mechanism: 'kernel keyring',
  gain: 'keys that the session of the service holds: Kerberos tickets, encryption keys, whatever systemd keeps there',
  async attempt(scene) {
    const { output } = await scene.run(await scene.python(useKeyring, scene.token))
    return output.includes(`held ${scene.token}`)
  },
})

/** add_key and keyctl by their numbers (x86-64, aarch64), since Python has no names for them. */
const useKeyring = `
import ctypes, platform, sys
libc = ctypes.CDLL(None, use_errno=True)
add_key, keyctl = {'x86_64': (248, 250), 'aarch64': (217, 219)}[platform.machine()]
token = sys.argv[1].encode()
for ring in (-3, -4, -1):
    key = libc.syscall(add_key, b'user', token, token, len(token), ring)
    read = ctypes.create_string_buffer(200)
    if key >= 0 and libc.syscall(keyctl, 11, key, read, 200) > 0: print('held', read.value.decode())
`
