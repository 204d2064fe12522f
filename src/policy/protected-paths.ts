// The closed list of what is never written, whatever a policy says. Names are compared as `foldPath` leaves them.
import type { PathRule } from './paths.ts'

interface ProtectedRule {
  rule: PathRule
  /** Completes `<path> is …`. */
  what: string
  matches(folded: string): boolean
}

const anySegment = (pattern: RegExp) => (folded: string) => folded.split('/').some((segment) => pattern.test(segment))
const baseName = (pattern: RegExp) => (folded: string) => pattern.test(folded.split('/').at(-1) ?? '')
const rootName = (pattern: RegExp) => (folded: string) => pattern.test(folded.split('/')[0] ?? '')

/** Of services that build, deploy or update a repository, and of tools that run when it is opened or committed to. */
const automation = [
  /^\.(circleci|buildkite|gitlab|gitea|forgejo|semaphore|builds|teamcity|tekton|husky|devcontainer|vscode|idea)$/,
  /^(\.gitlab-ci|\.travis|\.drone|\.cirrus|\.build|\.woodpecker|\.gitpod|appveyor|codemagic|bitrise|wercker)\.ya?ml$/,
  /^(azure-pipelines|bitbucket-pipelines|cloudbuild|buildspec|appspec|skaffold|amplify|heroku|render)\.(ya?ml|json)$/,
  /^(\.woodpecker|\.cirrus\.star|jenkinsfile|vercel\.json|netlify\.toml|fly\.toml|wrangler\.(toml|jsonc?))$/,
  /^(renovate\.json5?|\.renovaterc(\.json5?)?|\.?lefthook(-local)?\.(ya?ml|toml|json)|\.lintstagedrc(\..*)?|\.?mise\.toml)$/,
  /^\.pre-commit-(config|hooks)\.ya?ml$/,
]

const gitInternals: ProtectedRule = {
  rule: 'git',
  what: "part of git's own data or configuration",
  // `git~1` is how Windows shortens `.git`.
  matches: anySegment(/^(\.git|git~\d+|\.gitmodules|\.gitattributes|\.gitconfig)$/),
}

const environmentFile: ProtectedRule = {
  rule: 'credentials',
  what: 'an environment file, which may hold credentials,',
  matches: anySegment(/^\.env/),
}

const keyFile: ProtectedRule = {
  rule: 'credentials',
  what: 'a key, certificate or credentials file',
  matches: baseName(
    /(\.(pem|key|p8|p12|pfx|crt|cer|der|csr|jks|keystore|kdbx?|ppk|gpg|asc|ovpn|tfvars|tfstate)(\.[a-z0-9]{1,8})?$)|^(id_(rsa|dsa|ecdsa|ed25519)|\.npmrc|\.yarnrc(\.yml)?|\.pypirc|\.netrc|_netrc|\.pgpass|\.htpasswd|\.dockercfg|\.git-credentials|credentials(\.json)?|client_secret.*\.json|service[-_]?account.*\.json|secrets?\.(ya?ml|json|toml|ini|env))/,
  ),
}

const credentialFolder: ProtectedRule = {
  rule: 'credentials',
  what: 'in a folder that holds credentials',
  matches: anySegment(/^\.(ssh|aws|azure|gnupg|kube|docker)$/),
}

const sampleEnvironment = baseName(/^\.env(\.[a-z0-9_-]+)*\.(example|sample|template|dist|defaults?)$/)

/** In the order in which they are asked; the first that matches names the reason. */
export const protectedRules: ProtectedRule[] = [
  gitInternals,
  {
    rule: 'protected_folder',
    what: 'in a protected folder (.github/, config/, deployment/ or infra/ at the root)',
    matches: rootName(/^(\.github|config|deployment|infra)$/),
  },
  {
    rule: 'ci',
    what: 'part of the build or developer automation, which runs by its mere place,',
    matches: (folded) => automation.some((pattern) => anySegment(pattern)(folded)),
  },
  environmentFile,
  keyFile,
  credentialFolder,
  { rule: 'owners', what: 'the list of code owners', matches: baseName(/^codeowners$/) },
  {
    rule: 'agent_instructions',
    what: 'an instruction file for coding agents',
    matches: (folded) =>
      baseName(
        /^((agents?|claude|gemini|copilot|codex|qwen|warp|crush)([._-](local|override))?\.(md|mdc|txt)|copilot-instructions\.md|\.cursorrules|\.cursorignore|\.windsurfrules|\.clinerules|\.roorules.*|\.roomodes|\.goosehints|\.aider.*|\.mcp\.json|llms(-full)?\.txt|skill\.md)$/,
      )(folded) ||
      anySegment(
        /^\.(claude|cursor|windsurf|clinerules|roo|continue|codex|gemini|aider|agents?|junie|kiro|augment|amazonq|openhands)$/,
      )(folded),
  },
  {
    rule: 'lock_file',
    what: 'a lock file; only the package client writes it,',
    matches: baseName(
      /^(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.ya?ml|bun\.lockb?|go\.(work\.)?sum|packages\.lock\.json|project\.assets\.json|gradle\.lockfile|conda-lock\.ya?ml|package\.resolved|cartfile\.resolved|.+\.lock|\.terraform\.lock\.hcl)$/,
    ),
  },
  {
    rule: 'dependencies',
    what: 'in a folder of installed dependencies',
    matches: anySegment(/^(node_modules|site-packages|\.venv|venv|bower_components|__pycache__|\.tox|\.nox)$/),
  },
]

export const secretRules: ProtectedRule[] = [
  gitInternals,
  { ...environmentFile, matches: (folded) => environmentFile.matches(folded) && !sampleEnvironment(folded) },
  // A certificate is public; a file that may hold the key is not told apart by its name.
  { ...keyFile, matches: (folded) => keyFile.matches(folded) && !baseName(/\.(crt|cer|csr|asc)$/)(folded) },
  credentialFolder,
]
