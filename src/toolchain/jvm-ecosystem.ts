import { type GradleProject, gradleFacts, readGradleProjects } from './gradle-project.ts'
import { isJvmTest } from './jvm-sources.ts'
import { type MavenProject, mavenFacts, readMavenProjects } from './maven-project.ts'
import { owns } from './project-folders.ts'
import type { Ecosystem, EcosystemFacts } from './toolchain.ts'

/** Java, Kotlin and Groovy, built by Maven or Gradle. */
export const jvmEcosystem: Ecosystem = {
  name: 'jvm',
  async detect(files, read) {
    const [maven, gradle] = await Promise.all([readMavenProjects(files, read), readGradleProjects(files, read)])
    const { projects, notes } = oneBuildEach(maven, gradle)
    const folders = projects.map(({ folder }) => folder)
    return projects.map((project) => {
      const own = files.filter((path) => owns(project.folder, path, folders))
      const build = 'modules' in project ? mavenFacts(project, own) : gradleFacts(project, own)
      return {
        ...build,
        name: 'jvm',
        language: languageOf(own),
        root: project.folder,
        reads: (path) => /\.(java|kt|kts|groovy|scala)$/.test(path),
        isTest: (path) => isJvmTest(path) && owns(project.folder, path, folders),
        isGenerated: (path) => /(^|\/)(target|build|\.gradle)\/|(^|\/)gradle\.lockfile$/.test(path),
        notes: notes.get(project.folder) ?? [],
      } satisfies EcosystemFacts
    })
  },
}

type Project = MavenProject | GradleProject

/** Two builds in one folder mostly stand for a move from Maven to Gradle: the one whose wrapper is committed is in use. */
function oneBuildEach(
  maven: MavenProject[],
  gradle: GradleProject[],
): { projects: Project[]; notes: Map<string, string[]> } {
  const notes = new Map<string, string[]>()
  const both = maven.flatMap((one) => {
    const other = gradle.find(({ folder }) => folder === one.folder)
    return other === undefined ? [] : [{ one, other }]
  })
  const left = both.map(({ one, other }): Project => {
    const gradleIsUsed = other.wrapper && !one.wrapper
    notes.set(
      one.folder,
      gradleIsUsed
        ? ['There is a pom.xml besides; Gradle is used.']
        : ['There is a Gradle build besides; Maven is used.'],
    )
    return gradleIsUsed ? one : other
  })
  const projects = [...maven, ...gradle].filter((project) => !left.includes(project))
  return { projects: projects.sort((a, b) => depth(a) - depth(b) || (a.folder < b.folder ? -1 : 1)), notes }
}

function depth({ folder }: Project): number {
  return folder === '.' ? 0 : folder.split('/').length
}

function languageOf(files: string[]): string {
  const count = (ending: string) => files.filter((path) => path.endsWith(ending)).length
  const counts = { Java: count('.java'), Kotlin: count('.kt'), Groovy: count('.groovy'), Scala: count('.scala') }
  const [first] = Object.entries(counts).sort((a, b) => b[1] - a[1])
  return first === undefined || first[1] === 0 ? 'Java' : first[0]
}
