// The emulated GitHub as a process: `node main.ts --seed FILE.json`. Prints one line of JSON, runs until it is told to end.

import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type EmulatedGitHubOptions, startEmulatedGitHub } from './emulated-github.ts'

const { values } = parseArgs({ options: { seed: { type: 'string' }, port: { type: 'string' } } })
if (!values.seed) throw new Error('Give the seed: --seed FILE.json, in the shape of EmulatedGitHubOptions')
const options: EmulatedGitHubOptions = JSON.parse(await readFile(values.seed, 'utf8'))
const github = await startEmulatedGitHub({ ...options, ...(values.port ? { port: Number(values.port) } : {}) })
const people = (options.users ?? []).filter(({ type }) => type !== 'Organization').map(({ login }) => login)
const { url, enterpriseUrl, app, installations } = github
const userTokens = Object.fromEntries(people.map((login) => [login, github.userToken(login)]))
console.log(JSON.stringify({ url, enterpriseUrl, app, installations, userTokens }))
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void github.close())
