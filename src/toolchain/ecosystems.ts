// Every ecosystem that is known, in the order in which their checks are run.

import { dotnetEcosystem } from './dotnet-ecosystem.ts'
import { goEcosystem } from './go-ecosystem.ts'
import { jvmEcosystem } from './jvm-ecosystem.ts'
import { nodeEcosystem } from './node-ecosystem.ts'
import { phpEcosystem } from './php-ecosystem.ts'
import { pythonEcosystem } from './python-ecosystem.ts'
import { rubyEcosystem } from './ruby-ecosystem.ts'
import { rustEcosystem } from './rust-ecosystem.ts'
import type { Ecosystem } from './toolchain.ts'

export const ecosystems: readonly Ecosystem[] = [
  nodeEcosystem,
  pythonEcosystem,
  goEcosystem,
  rustEcosystem,
  jvmEcosystem,
  rubyEcosystem,
  phpEcosystem,
  dotnetEcosystem,
]
