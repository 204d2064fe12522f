import { commandCase } from '../support/command-scene.ts'
import { told } from '../support/reports.ts'

/** Where reports are expected, with the defence and without. */
const folders = '"$HOME" "$HOME"/.draftsmith-report-*'

export const attack = commandCase({
  mechanism: 'forged report',
  gain: 'a green report of tests that were never run, written by what an earlier command has left running',
  async attempt(scene) {
    const forge = `for folder in ${folders}; do cp forged.json "$folder/report" 2>/dev/null; done; sleep 0.05`
    const daemon = `( i=0; while [ $i -lt 60 ]; do i=$((i+1)); ${forge}; done ) >/dev/null 2>&1 & true`
    const { tests } = await told(scene, [daemon, 'sleep 0.3'])
    return tests.some((name) => name.includes('forged'))
  },
})
