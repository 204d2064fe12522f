import { runsOnPush } from '../../../src/github/workflow-triggers.ts'
import { githubCase } from '../support/github-scene.ts'

export const attack = githubCase({
  mechanism: 'workflows of the repository',
  gain: 'secrets of the repository, handed to code that nothing has verified by a push that seemed to start nothing',
  async attempt(scene) {
    const workflows = [
      ...[
        'on: push\n',
        'on: [issues, push]\n',
        '"on":\n  push:\n',
        '{"on": "push"}',
        'on:\n  - push\n',
        'on: create\n',
      ],
      ...[
        '["**"]',
        '[agent/*]',
        '"agent/**"',
        '[main, "agent/issue-1"]',
        '["ag?ent/issue-[0-9]+"]',
        '["!x", "a**"]',
      ].map((branches) => `on:\n  push:\n    branches: ${branches}\n`),
      ...[
        'on:\n  push:\n    branches-ignore: [main]\n',
        'x: &t {push: null}\non: *t\n',
        'on: push\nbroken: [',
        'on:\n  push:\n    paths: ["*"]\n',
      ],
      `on:\n  push:\n    branches: ["**", "!${'*a'.repeat(20)}"]\n`,
      `on:\n  push:\n    branches-ignore: ["${'a+'.repeat(30)}"]\n`,
    ]
    const tells =
      scene.defence === 'on'
        ? (text: string) => runsOnPush(text, 'agent/issue-1')
        : (text: string) => text.includes('on: push')
    return workflows.some((text) => !tells(text))
  },
})
