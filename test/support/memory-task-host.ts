// A task's host that keeps what it is given: the repository on disk is real, GitHub is not there.
import type { OnPushed, Publication, PublishRequest } from '../../src/publish/publication.ts'
import type { StatusView } from '../../src/render/status-view.ts'
import type { BaseFacts, Inspection, TaskHost } from '../../src/task/task-host.ts'

export class MemoryTaskHost implements TaskHost {
  readonly views: StatusView[] = []
  readonly published: PublishRequest[] = []
  clones = 0
  revoked = 0
  /** How often what is kept was given back. */
  released = 0
  inspections = 0
  /** Where a test sets it, the base branch can have moved. */
  newest?: TaskHost['newest']
  /** Something happens just before the clone. */
  beforeClone = () => {}
  readonly #url: string
  readonly #inspection: Inspection

  constructor(url: string, inspection: BaseFacts | Exclude<Inspection, { kind: 'ready' }>) {
    this.#url = url
    this.#inspection = 'kind' in inspection ? inspection : { kind: 'ready', facts: inspection }
  }

  get lastView(): StatusView {
    const view = this.views.at(-1)
    if (view === undefined) throw new Error('nothing was shown')
    return view
  }

  async inspect(): Promise<Inspection> {
    this.inspections += 1
    return this.#inspection
  }

  async cloneSource() {
    this.clones += 1
    this.beforeClone()
    return {
      url: this.#url,
      env: {},
      revoke: async () => {
        this.revoked += 1
      },
    }
  }

  async show(view: StatusView): Promise<void> {
    this.views.push(structuredClone(view))
  }

  async flush(): Promise<void> {}

  async release(): Promise<void> {
    this.released += 1
  }

  /** Finds before it creates: the same branch is the same pull request. */
  async publish(request: PublishRequest, onPushed?: OnPushed): Promise<Publication> {
    this.published.push(request)
    if (request.form === 'patch') return { form: 'patch', notes: [] }
    const commitSha = request.treeSha
    await onPushed?.({ branch: request.branch, commitSha })
    if (request.form === 'branch') return { form: 'branch', branch: request.branch, commitSha, notes: [] }
    const pullRequest = { number: 7, url: 'https://github.test/acme/shop/pull/7' }
    return { form: 'draft', branch: request.branch, commitSha, pullRequest, notes: [] }
  }
}
