import { expect, test } from 'vitest'
import { ownersInScope, withOwners } from '../../src/prepare/owner-area.ts'
import { parseCodeOwners } from '../../src/toolchain/code-owners.ts'
import { contractOf, policyOf } from '../policy/fixture.ts'

const owners = parseCodeOwners('* @acme/all\nsrc/ @acme/core\nsrc/web/ @maya\ndocs/\n')
const ownedBy = (affectedFiles: string[], policy = '') =>
  ownersInScope(contractOf({ affectedFiles }), { policy: policyOf(policy), bench: { snapshot: { owners } } })

test('whoever owns most of the named files comes first; a file without owners has none', () => {
  expect(ownedBy(['src/web/a.ts', 'src/b.ts', 'src/c.ts', 'docs/d.md'])).toEqual(['@acme/core', '@maya'])
  expect(ownedBy(['docs/d.md'])).toEqual([])
  expect(ownedBy([])).toEqual([])
})

test("files that may not change are nobody's here", () => {
  expect(ownedBy(['.github/workflows/ci.yml', 'src/b.ts'])).toEqual(['@acme/core'])
  expect(ownedBy(['README.md', 'src/b.ts'], 'scope:\n  include: ["src/**"]\n')).toEqual(['@acme/core'])
})

test('they stand behind what a label says, and a contract without owners stays the same', () => {
  const labelled = contractOf({ ownerArea: 'area: parser' })
  expect(withOwners(labelled, ['@acme/core', '@maya']).ownerArea).toBe('area: parser, @acme/core, @maya')
  expect(withOwners(contractOf({}), ['@maya']).ownerArea).toBe('@maya')
  expect(withOwners(labelled, [])).toBe(labelled)
})
