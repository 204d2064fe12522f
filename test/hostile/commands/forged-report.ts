import { commandCase } from '../support/command-scene.ts'
import { told } from '../support/reports.ts'

export const attack = commandCase({
  mechanism: 'forged report',
  gain: 'red tests that are told as green: whoever runs in the process of the tests can write their report',
  async attempt(scene) {
    const { passed } = await told(scene, ['cp forged.json "$DRAFTSMITH_REPORT/report"; exit 1'])
    return passed
  },
})
