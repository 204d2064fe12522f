// The Git Data API, contents, branches and commits, answered from the objects on disk.

import { type Answer, created, invalid, noContent, notFound, ok, Refusal, unprocessable } from './answer.ts'
import { type Identity, isoSeconds, type TreeEdit, type TreeEntry } from './bare-repository.ts'
import { describeGitCommit } from './commit-description.ts'
import { announce, userOf } from './events.ts'
import { asRecord, asRecords, asText, asTexts, type Json } from './json.ts'
import { afterPush, askRulesets, type HostedRepository, moveBranch } from './repository.ts'
import { type Exchange, loginOf, param, type Route, reader, repositoryRoute, type World } from './world.ts'

const READ = { access: 'read', permissions: ['contents'] } as const
const WRITE = { access: 'write', permissions: ['contents'] } as const

type Act = (exchange: Exchange, repository: HostedRepository) => Promise<Answer>

export const gitRoutes: Route[] = [
  repositoryRoute('GET', '/git/ref/:ref+', READ, filled(getRef)),
  repositoryRoute('GET', '/git/matching-refs/:ref+', READ, filled(listRefs)),
  repositoryRoute('POST', '/git/refs', WRITE, filled(createRef)),
  repositoryRoute('PATCH', '/git/refs/:ref+', WRITE, filled(updateRef)),
  repositoryRoute('DELETE', '/git/refs/:ref+', WRITE, filled(deleteRef)),
  repositoryRoute('GET', '/git/blobs/:sha', READ, filled(getBlob)),
  repositoryRoute('POST', '/git/blobs', WRITE, filled(createBlob)),
  repositoryRoute('GET', '/git/trees/:sha+', READ, filled(getTree)),
  repositoryRoute('POST', '/git/trees', WRITE, filled(createTree)),
  repositoryRoute('GET', '/git/commits/:sha', READ, filled(getCommit)),
  repositoryRoute('POST', '/git/commits', WRITE, filled(createCommit)),
]

function filled(act: Act): Act {
  return (exchange, repository) => {
    if (repository.git.empty) throw new Refusal(409, 'Git Repository is empty.')
    return act(exchange, repository)
  }
}

function describeRef({ url }: World, { fullName, git }: HostedRepository, ref: string): Json {
  const sha = git.refs.get(ref)
  return {
    ref,
    node_id: Buffer.from(`Ref${fullName}${ref}`).toString('base64'),
    url: `${url}/repos/${fullName}/git/${ref}`,
    object: { sha, type: 'commit', url: `${url}/repos/${fullName}/git/commits/${sha}` },
  }
}

async function getRef(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const ref = `refs/${param(exchange, 'ref')}`
  if (!repository.git.refs.has(ref)) throw notFound()
  return ok(describeRef(exchange.world, repository, ref))
}

async function listRefs(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const prefix = `refs/${param(exchange, 'ref')}`
  const refs = [...repository.git.refs.keys()].filter((ref) => ref.startsWith(prefix))
  return ok(refs.map((ref) => describeRef(exchange.world, repository, ref)))
}

async function createRef(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const { ref, sha } = asRecord(exchange.request.body)
  const name = asText(ref)
  if (!/^refs\/[^/]+\/.+/.test(name))
    throw unprocessable(`Reference name must start with 'refs/' and contain at least two slashes.`)
  if (repository.git.refs.has(name)) throw unprocessable('Reference already exists')
  await askCommit(repository, asText(sha))
  await askRulesets(repository, name.replace('refs/heads/', ''), 'creation', asText(sha))
  await set(exchange, repository, name, asText(sha), undefined)
  return created(describeRef(exchange.world, repository, name))
}

async function updateRef(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const ref = `refs/${param(exchange, 'ref')}`
  const { sha, force } = asRecord(exchange.request.body)
  const from = repository.git.refs.get(ref)
  if (!from) throw unprocessable('Reference does not exist')
  await askCommit(repository, asText(sha))
  await askRulesets(repository, ref.replace('refs/heads/', ''), 'update', asText(sha))
  if (force !== true && !(await repository.git.isAncestor(from, asText(sha)))) {
    throw unprocessable('Update is not a fast forward')
  }
  await set(exchange, repository, ref, asText(sha), from)
  return ok(describeRef(exchange.world, repository, ref))
}

async function askCommit(repository: HostedRepository, sha: string): Promise<void> {
  if ((await repository.git.type(sha)) !== 'commit') throw unprocessable('Object does not exist')
}

async function set(exchange: Exchange, repository: HostedRepository, ref: string, to: string, from?: string) {
  const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined
  try {
    if (branch) await moveBranch(repository, branch, to, from)
    else await repository.git.setRef(ref, to, from)
  } catch {
    // Somebody else moved it between our look and our write.
    throw unprocessable(from ? 'Reference cannot be updated' : 'Reference already exists')
  }
  const zeros = '0'.repeat(40)
  const push = { event: 'push', ref, before: from ?? zeros, after: to, created: !from, deleted: false }
  await announce(exchange.world, repository, loginOf(exchange), push)
}

async function deleteRef(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const ref = `refs/${param(exchange, 'ref')}`
  if (!repository.git.refs.has(ref)) throw unprocessable('Reference does not exist')
  await askRulesets(repository, ref.replace('refs/heads/', ''), 'deletion')
  await repository.git.deleteRef(ref)
  await afterDeletion(exchange.world, repository)
  return noContent
}

/** GitHub closes the pull requests of a branch that is gone. */
export async function afterDeletion(world: World, repository: HostedRepository): Promise<void> {
  await afterPush(repository)
  for (const pull of repository.pulls.values()) {
    if (!pull.open || repository.git.branch(pull.head)) continue
    pull.open = false
    const path = `/repos/${repository.fullName}/pulls/${pull.number}`
    await world.upstream.must(reader(repository), 'PATCH', path, { state: 'closed' })
  }
}

async function getBlob(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const sha = param(exchange, 'sha')
  if ((await repository.git.type(sha)) !== 'blob') throw notFound()
  const content = await repository.git.blob(sha)
  if (wantsRaw(exchange)) return { status: 200, body: content }
  const url = `${exchange.world.url}/repos/${repository.fullName}/git/blobs/${sha}`
  return ok({ sha, node_id: sha, size: content.length, url, content: wrapped(content), encoding: 'base64' })
}

async function createBlob(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const { content, encoding } = asRecord(exchange.request.body)
  if (typeof content !== 'string') throw invalid('Blob', { code: 'missing_field', field: 'content' })
  const sha = await repository.git.writeBlob(Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8'))
  return created({ sha, url: `${exchange.world.url}/repos/${repository.fullName}/git/blobs/${sha}` })
}

async function getTree(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const name = param(exchange, 'sha')
  const treeish = (await repository.git.type(name)) === 'tree' ? name : await repository.git.resolve(name)
  if (!treeish) throw notFound()
  const recursive = exchange.request.query.has('recursive')
  return ok(await describeTree(exchange.world, repository, await treeSha(repository, treeish), recursive))
}

const treeSha = (repository: HostedRepository, treeish: string) =>
  repository.git.text(['rev-parse', `${treeish}^{tree}`])

async function describeTree({ url }: World, repository: HostedRepository, sha: string, recursive: boolean) {
  const entries = await repository.git.tree(sha, { recursive })
  const at = `${url}/repos/${repository.fullName}/git`
  const describe = ({ path, mode, type, sha: object, size }: TreeEntry) => ({
    path,
    mode,
    type,
    sha: object,
    ...(size === undefined ? {} : { size }),
    ...(type === 'commit' ? {} : { url: `${at}/${type}s/${object}` }),
  })
  return { sha, url: `${at}/trees/${sha}`, tree: entries.map(describe), truncated: false }
}

async function createTree(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const { base_tree, tree } = asRecord(exchange.request.body)
  const base = typeof base_tree === 'string' ? base_tree : undefined
  if (base && (await repository.git.type(base)) !== 'tree') throw unprocessable('base_tree is not a valid tree oid')
  const edits: TreeEdit[] = []
  for (const entry of asRecords(tree)) edits.push(await treeEdit(repository, base, entry))
  if (edits.length === 0) throw invalid('Tree', { code: 'missing_field', field: 'tree' })
  const sha = await repository.git.writeTree(base, edits).catch(() => {
    throw unprocessable('GitRPC::BadObjectState')
  })
  return created(await describeTree(exchange.world, repository, sha, false))
}

async function treeEdit(repository: HostedRepository, base: string | undefined, entry: Json): Promise<TreeEdit> {
  const path = asText(entry.path)
  const mode = asText(entry.mode)
  if (path.split('/').some((part) => ['', '.', '..', '.git'].includes(part.toLowerCase()))) {
    throw unprocessable('tree.path contains a malformed path component')
  }
  if (!['100644', '100755', '120000', '160000'].includes(mode)) throw unprocessable('tree.mode is not supported')
  if (typeof entry.content === 'string') {
    return { path, mode, sha: await repository.git.writeBlob(Buffer.from(entry.content)) }
  }
  if (entry.sha === null) {
    const known = base ? await repository.git.tree(base, { path }) : []
    if (known.length === 0) throw unprocessable('GitRPC::BadObjectState')
    return { path, mode, sha: null }
  }
  const sha = asText(entry.sha)
  const type = mode === '160000' ? 'blob' : await repository.git.type(sha)
  if (type !== 'blob') throw unprocessable(`tree.sha ${sha} is not a valid blob`)
  return { path, mode, sha }
}

async function getCommit(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const sha = param(exchange, 'sha')
  if ((await repository.git.type(sha)) !== 'commit') throw notFound()
  return ok(describeGitCommit(exchange.world, repository, await repository.git.commit(sha)))
}

async function createCommit(exchange: Exchange, repository: HostedRepository): Promise<Answer> {
  const { message, tree, parents, author, committer } = asRecord(exchange.request.body)
  if (!asText(message)) throw invalid('Commit', { code: 'missing_field', field: 'message' })
  if ((await repository.git.type(asText(tree))) !== 'tree') throw unprocessable('Tree SHA does not exist')
  for (const parent of asTexts(parents)) {
    if ((await repository.git.type(parent)) === 'commit') continue
    throw unprocessable('Parent SHA does not exist or is not a commit object')
  }
  const who = await identities(exchange, author, committer)
  const commit = { tree: asText(tree), parents: asTexts(parents), message: asText(message), ...who }
  const sha = await repository.git.writeCommit(commit)
  return created(describeGitCommit(exchange.world, repository, await repository.git.commit(sha)))
}

/** GitHub signs what an App commits under its own name, and only that. */
async function identities(exchange: Exchange, author: unknown, committer: unknown) {
  const date = isoSeconds(new Date())
  const login = loginOf(exchange)
  const { id } = await userOf(exchange.world, login)
  const own = { name: login, email: `${id}+${login}@users.noreply.github.com`, date }
  if (exchange.caller.kind === 'installation' && !author && !committer) {
    const signature = SIGNATURE
    return { author: own, committer: { name: 'GitHub', email: 'noreply@github.com', date }, signature }
  }
  const written = identity(author, own)
  return { author: written, committer: identity(committer, written), signature: undefined }
}

const SIGNATURE =
  '-----BEGIN PGP SIGNATURE-----\n\nc2lnbmVkIGJ5IHRoZSBlbXVsYXRlZCBHaXRIdWI=\n-----END PGP SIGNATURE-----'

function identity(given: unknown, fallback: Identity): Identity {
  const { name, email, date } = asRecord(given)
  return {
    name: asText(name) || fallback.name,
    email: asText(email) || fallback.email,
    date: asText(date) || fallback.date,
  }
}

export function wantsRaw({ request }: Exchange): boolean {
  return /application\/vnd\.github(\.[\w-]+)?\.raw/.test(request.headers.accept ?? '')
}

/** base64 with the line breaks that GitHub puts in. */
export function wrapped(content: Buffer): string {
  return content.toString('base64').replace(/.{60}/g, '$&\n')
}
