// What people, bots and forgers try by GitHub.
import * as cases from './github/index.ts'
import { describeAttacks } from './support/describe-attacks.ts'

await describeAttacks('github', cases)
