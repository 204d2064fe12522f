// Solutions and projects of .NET, as their files say: what belongs to what, and which of them hold tests.
import { posix } from 'node:path'
import type { ReadFile } from './toolchain.ts'

export interface DotnetProject {
  /** From the repository's root: `src/Shop/Shop.csproj`. */
  path: string
  folder: string
  isTest: boolean
  /** Its tests are run by Microsoft.Testing.Platform, which does not know the options of VSTest. */
  onTestingPlatform: boolean
}

/** What one command builds and tests: a solution, or a project that no other one needs. */
export interface DotnetBuild {
  /** Of the solution or project, from the repository's root. */
  path: string
  projects: DotnetProject[]
}

/** Builds whose files lie below one folder. */
export interface DotnetRoot {
  folder: string
  builds: DotnetBuild[]
  /** For people. */
  notes: string[]
}

const maxProjects = 300
const maxBuilds = 20

/** The root's folder first. A project that a solution holds is built through it alone. */
export async function readDotnetRoots(files: string[], read: ReadFile): Promise<DotnetRoot[]> {
  const own = files.filter((path) => !passedOver.test(path))
  const paths = own.filter((path) => projectFile.test(path)).slice(0, maxProjects)
  const found = await Promise.all(paths.map((path) => readProject(path, read)))
  const projects = new Map(found.flatMap((one) => (one === undefined ? [] : [[one.path, one] as const])))
  const solutions = await Promise.all(
    own.filter((path) => /\.slnx?$/i.test(path)).map((path) => readSolution(path, projects, read)),
  )
  const chosen = chooseSolutions(solutions.filter((one) => one.projects.length > 0))
  const held = new Set(chosen.flatMap((one) => one.projects.map(({ path }) => path)))
  const left = [...projects.values()].filter(({ path }) => !held.has(path))
  return rootsOf([...chosen, ...projectBuilds(left, projects)], solutions.length - chosen.length)
}

const projectFile = /\.(cs|fs|vb)proj$/i
/** What is built, installed, or there to be read by tests. */
const passedOver = /(^|\/)(bin|obj|packages|node_modules|vendor|fixtures?|testdata|testassets|templates?)\//i

interface ReadProject extends DotnetProject {
  references: string[]
}

/** Undefined for a project of the .NET Framework, which the SDK does not build. */
async function readProject(path: string, read: ReadFile): Promise<ReadProject | undefined> {
  const text = withoutComments((await read(path)) ?? '')
  if (!/<(Project|Import)\b[^>]*\bSdk\s*=|<Sdk\b/.test(text)) return undefined
  const folder = posix.dirname(path)
  const name = posix.basename(path).replace(projectFile, '')
  const packages = [...text.matchAll(/<PackageReference\b[^>]*\bInclude\s*=\s*["']([^"']+)["']/g)].map((one) => one[1])
  const says = /<IsTestProject>\s*(true|false)\s*</i.exec(text)?.[1]?.toLowerCase()
  const brings = packages.some((one) => testPackage.test(one ?? '')) || /<Project\b[^>]*\bSdk="MSTest\.Sdk/i.test(text)
  return {
    path,
    folder,
    // The package may also come from a Directory.Build.props; then the name tells.
    isTest: says === undefined ? brings || /(Tests?|Specs?)$/.test(name) : says === 'true',
    onTestingPlatform: testingPlatform.test(text) || packages.includes('TUnit'),
    references: referencesIn(text, /<ProjectReference\b[^>]*\bInclude\s*=\s*["']([^"']+)["']/g, folder),
  }
}

const testPackage = /^(Microsoft\.NET\.Test\.Sdk|TUnit|MSTest)$/i
/** Properties with which `dotnet test` runs the tests' own program instead of VSTest. */
export const testingPlatform = /<(TestingPlatformDotnetTestSupport|UseMicrosoftTestingPlatformRunner)>\s*true\s*</i

async function readSolution(path: string, known: Map<string, ReadProject>, read: ReadFile): Promise<DotnetBuild> {
  const text = withoutComments((await read(path)) ?? '')
  const named = referencesIn(text, /"([^"\r\n]+\.(?:cs|fs|vb)proj)"/gi, posix.dirname(path))
  return { path, projects: named.flatMap((one) => known.get(one) ?? []) }
}

function withoutComments(text: string): string {
  return text.replace(/<!--[\s\S]*?-->/g, '')
}

/** Paths may be written as Windows does. */
function referencesIn(text: string, pattern: RegExp, folder: string): string[] {
  return [...text.matchAll(pattern)].map(([, path = '']) => posix.join(folder, path.trim().replaceAll('\\', '/')))
}

/** Of solutions that share projects, such as one for each editor, the one that holds most. */
function chooseSolutions(solutions: DotnetBuild[]): DotnetBuild[] {
  const taken = new Set<string>()
  return solutions
    .toSorted((a, b) => b.projects.length - a.projects.length || (a.path < b.path ? -1 : 1))
    .filter(({ projects }) => {
      const free = projects.every(({ path }) => !taken.has(path))
      if (free) for (const { path } of projects) taken.add(path)
      return free
    })
}

/** A build for each project that no other one needs, with all that it needs. */
function projectBuilds(left: ReadProject[], known: Map<string, ReadProject>): DotnetBuild[] {
  const needed = new Set(left.flatMap(({ references }) => references))
  return left
    .filter(({ path, isTest }) => isTest || !needed.has(path))
    .map((project) => ({ path: project.path, projects: withNeeded(project, known) }))
}

function withNeeded(project: ReadProject, known: Map<string, ReadProject>): ReadProject[] {
  const found = new Set([project])
  for (const { references } of found) {
    for (const path of references) {
      const next = known.get(path)
      if (next !== undefined) found.add(next)
    }
  }
  return [...found]
}

function rootsOf(builds: DotnetBuild[], unused: number): DotnetRoot[] {
  const byFolder = new Map<string, DotnetBuild[]>()
  for (const build of builds.slice(0, maxBuilds)) {
    const folder = commonFolder([build.path, ...build.projects.map(({ path }) => path)])
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), build])
  }
  const roots = [...byFolder].map(([folder, own]): DotnetRoot => ({ folder, builds: own, notes: [] }))
  roots.sort((a, b) => depth(a.folder) - depth(b.folder) || (a.folder < b.folder ? -1 : 1))
  roots[0]?.notes.push(
    ...(unused === 0 ? [] : [`Of several solutions ${builds[0]?.path} is used: it holds most projects.`]),
    ...(builds.length > maxBuilds ? [`${builds.length} .NET builds were found; the first ${maxBuilds} are used.`] : []),
  )
  return roots
}

function commonFolder(paths: string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split('/').slice(0, -1))
  const length = first.findIndex((part, index) => others.some((other) => other[index] !== part))
  return (length < 0 ? first : first.slice(0, length)).join('/') || '.'
}

function depth(folder: string): number {
  return folder === '.' ? 0 : folder.split('/').length
}
