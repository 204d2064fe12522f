import { posix } from 'node:path'
import { allDependencies, type NodeProject } from './node-packages.ts'
import { quoteWord } from './shell-words.ts'
import type { EcosystemFacts, ReadFile } from './toolchain.ts'

const prettierFiles = /^(.+\/)?(\.prettierrc(\.\w+)?|prettier\.config\.[cm]?[jt]s)$/

/** The formatter that the project both depends on and configures; a dependency alone may be there for something else. */
export async function detectNodeFormatter(
  project: NodeProject,
  files: string[],
  read: ReadFile,
): Promise<EcosystemFacts['formatFiles']> {
  const dependencies = allDependencies(project)
  const own = files.filter((path) => project.folder === '.' || path.startsWith(`${project.folder}/`))
  if (dependencies['@biomejs/biome'] !== undefined && own.some((path) => /(^|\/)biome\.jsonc?$/.test(path))) {
    return formatWith(project.folder, 'biome format --write --no-errors-on-unmatched')
  }
  const text = (await read(posix.join(project.folder, 'package.json'))) ?? ''
  const configured =
    own.some((path) => prettierFiles.test(path)) ||
    /"prettier"\s*:\s*[{"]/.test(text.replace(/"(dev)?dependencies"\s*:\s*{[^}]*}/gi, ''))
  const used = Object.values(project.manifest.scripts).some((script) => /\bprettier\b/.test(script))
  if (dependencies.prettier !== undefined && (configured || used)) {
    return formatWith(
      project.folder,
      'prettier --write --ignore-unknown --no-error-on-unmatched-pattern --log-level=warn',
    )
  }
  return undefined
}

function formatWith(folder: string, program: string): EcosystemFacts['formatFiles'] {
  return (paths) => ({
    line: `${program} ${paths.map((path) => quoteWord(posix.relative(folder, path))).join(' ')}`,
    cwd: folder,
  })
}
