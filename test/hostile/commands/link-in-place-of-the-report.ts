import { commandCase } from '../support/command-scene.ts'
import { greenReport, told } from '../support/reports.ts'

export const attack = commandCase({
  mechanism: 'forged report',
  gain: 'a file of the host that we read as a report, and show in the pull request',
  async attempt(scene) {
    const secret = await scene.plant('secret.json', greenReport(scene.token))
    const { tests } = await told(scene, [`ln -sf ${secret} "$DRAFTSMITH_REPORT/report"`])
    return tests.some((name) => name.includes(scene.token))
  },
})
