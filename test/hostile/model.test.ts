// What a model tries, whatever made it try: by its tools, by what it writes, by how it answers.
import * as cases from './model/index.ts'
import { describeAttacks } from './support/describe-attacks.ts'

await describeAttacks('model', cases)
