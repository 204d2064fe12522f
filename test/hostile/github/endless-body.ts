import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'flood: bodies',
  gain: 'memory of the service, filled by anybody',
  flood: true,
  async attempt(scene) {
    const before = process.memoryUsage().rss
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent += 1
        if (sent > 300) controller.close()
        else controller.enqueue(chunk)
      },
    })
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'issues',
      'x-github-delivery': 'x',
      'x-hub-signature-256': 'sha256=0',
    }
    await fetch(scene.url, { method: 'POST', body, headers, duplex: 'half' }).catch(() => undefined)
    return sent > 200 || process.memoryUsage().rss - before > 250 * 1024 ** 2
  },
})
