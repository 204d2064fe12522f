// What a repository, or a command in its work tree, tries on the git that stands outside of the sandbox.
import * as cases from './git/index.ts'
import { describeAttacks } from './support/describe-attacks.ts'

await describeAttacks('git', cases)
