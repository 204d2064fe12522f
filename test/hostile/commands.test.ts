// What a command of a repository tries on the machine that runs it.
import * as cases from './commands/index.ts'
import { describeAttacks } from './support/describe-attacks.ts'

await describeAttacks('commands', cases)
