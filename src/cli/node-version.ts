// Which Node is recent enough. Imports nothing: an older one has to be able to load it.

/** As `engines` of package.json says. */
export const leastNode = '22.18'

/** By major and minor alone. */
export function isRecent(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}
