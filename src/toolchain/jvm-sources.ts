// Where sources and tests of the JVM's languages lie, by custom of Maven and Gradle.

const testFolder = /(?:^|\/)src\/(?:\w*[tT]est\w*)\/(?:java|kotlin|groovy|scala)\//
const source = /\.(java|kt|groovy|scala)$/

export function isJvmTest(path: string): boolean {
  return source.test(path) && (testFolder.test(path) || /(Tests?|TestCase|IT|Spec)\.\w+$/.test(path))
}

/** A file that holds tests of its own: helpers beside it are none. Names as Maven's surefire looks for them, and Spock's. */
export function isTestClass(path: string): boolean {
  return isJvmTest(path) && /(^|\/)(Test[A-Z]\w*|\w+(Tests?|TestCase|Spec))\.\w+$/.test(path)
}

/** `shop/MoneyTest` of a test class under `src/test/java`; undefined elsewhere, since the package is not known. */
export function unitTestClass(path: string): string | undefined {
  return /(?:^|\/)src\/test\/(?:java|kotlin|groovy|scala)\/(.+)\.\w+$/.exec(path)?.[1]
}

/** The innermost of the folders around the path; `.` is around all. */
export function moduleOf(path: string, folders: string[]): string {
  const around = folders.filter((folder) => folder === '.' || path.startsWith(`${folder}/`))
  return around.sort((a, b) => b.length - a.length)[0] ?? '.'
}

/** Hosts of `https://…` addresses in build files, beside the public ones. */
export function hostsIn(texts: string[], known: string[]): string[] {
  const addresses = texts.flatMap((text) => [...text.matchAll(/https?:\/\/[^\s"'<>)]+/g)].map(([address]) => address))
  const hosts = addresses.flatMap((address) => (URL.canParse(address) ? [new URL(address).host] : []))
  return [...new Set([...known, ...hosts])].sort()
}

/**
 * Java asks the user database where its home is, not HOME, and takes /tmp whatever TMPDIR says: two runs on a machine without a
 * sandbox would share both, and what Gradle leaves in the latter would stay.
 */
export const javaHome = `export GRADLE_USER_HOME="$HOME/.gradle" GRADLE_OPTS="-Djava.io.tmpdir=$TMPDIR $GRADLE_OPTS"
export MAVEN_OPTS="-Duser.home=$HOME -Djava.io.tmpdir=$TMPDIR $MAVEN_OPTS"`

/**
 * Java reads no proxy from the environment, as all other package clients do. `HTTPS_PROXY` is set where the sandbox opens
 * the network; resolver versions of Maven since 3.9 ask to be told that system properties count.
 */
export const javaNetwork = `proxy=\${HTTPS_PROXY#*://}; proxy=\${proxy%/}
[ -z "$proxy" ] || proxy="-Dhttp.proxyHost=\${proxy%:*} -Dhttp.proxyPort=\${proxy##*:} -Dhttps.proxyHost=\${proxy%:*} -Dhttps.proxyPort=\${proxy##*:} -Daether.connector.http.useSystemProperties=true -Daether.transport.http.useSystemProperties=true"
export MAVEN_OPTS="$proxy $MAVEN_OPTS" GRADLE_OPTS="$proxy $GRADLE_OPTS"
${javaHome}`
