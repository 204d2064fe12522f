import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toFault } from '../src/errors.ts'

test('a folder that cannot be made is told with its mend', async () => {
  const thrown = await mkdir(join(import.meta.filename, 'data'), { recursive: true }).catch((error) => error)
  const fault = toFault(thrown)
  expect(fault).toMatchObject({ class: 'invalid_input', code: 'folder_refused' })
  expect(fault.mend).toContain('DRAFTSMITH_DATA_DIR')
})

test.skipIf(process.platform !== 'linux')('a full disk passes: what meets it is tried again', async () => {
  const thrown = await writeFile('/dev/full', 'x').catch((error) => error)
  expect(toFault(thrown)).toMatchObject({ class: 'infrastructure', code: 'disk_full', cause: thrown })
})

test('anything else that is thrown is our own mistake', () => {
  expect(toFault(new Error('what'))).toMatchObject({ class: 'defect', code: 'unexpected', message: 'what' })
  expect(toFault('what')).toMatchObject({ class: 'defect', message: 'what' })
})
