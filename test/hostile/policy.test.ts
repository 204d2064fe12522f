// What a policy file tries, written by somebody who may write to the repository but not to the deployment.
import * as cases from './policy/index.ts'
import { describeAttacks } from './support/describe-attacks.ts'

await describeAttacks('policy', cases)
