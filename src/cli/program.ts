// What each command takes. The commands themselves are the files beside this one.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { version } from '../compose/process.ts'
import type { Said } from '../run/question.ts'
import { sanitise } from '../task/sanitise.ts'
import { answerCommand } from './answer-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { initCommand } from './init-command.ts'
import { firstInterrupt } from './interrupt.ts'
import {
  failedCommand,
  pauseCommand,
  type QueueParts,
  queueCommand,
  requeueCommand,
  resumeCommand,
  stopCommand,
} from './queue-command.ts'
import { readinessCommand } from './readiness-command.ts'
import { replayCommand } from './replay-command.ts'
import { runCommand } from './run-command.ts'
import { configFor, configForRun, configWithApp, environment, loggerOf } from './settings.ts'
import { showCommand } from './show-command.ts'
import { askAt, type Terminal } from './terminal.ts'
import { verifyCommand } from './verify-command.ts'

const out = (text: string) => console.log(text)
const say = (line: string) => console.error(line)

const examples = `
Examples:
  draftsmith init --repo .
  draftsmith doctor
  draftsmith run --repo . --issue bug.md
  draftsmith run --repo ~/src/tool --issue owner/tool#12 --base main

Exit codes: 0 done, 1 failed, 2 wrong input. Of \`run\` and the commands that answer it besides: 3 declined or a plan only,
4 not verified, 5 waits for an answer, 130 stopped.
`

/** `end` is told the exit code of the command that was run. Rejects where commander would end the process. */
export function describeProgram(end: (exitCode: number) => void): Command {
  const program = new Command('draftsmith')
    .description('Takes an issue and leaves a change that has passed the checks of the repository, or says why not.')
    .version(version)
    .exitOverride()
    .addHelpText('after', examples)
  program
    .command('run')
    .description('work on an issue in a local clone; leaves a branch or a patch, and never touches your work tree')
    .requiredOption('--repo <path|url>', 'the repository', fromHere)
    .requiredOption('--issue <issue>', 'a file, - for standard input, owner/repo#number, or the address of an issue')
    .option('--base <ref>', 'branch, tag or commit to start from (default: HEAD)')
    .option('--fresh', 'start over where a run of the same issue was interrupted or waits, instead of going on with it')
    .option('--json', 'print the result as JSON')
    .action(async (options) => {
      const config = await configForRun(options.issue)
      end(await runCommand(options, { config, log: loggerOf(config), terminal: terminalFor(options) }))
    })
  const answer = async (run: string, said: Said, options: { json?: boolean }) => {
    const config = configFor([])
    const complete = () => configFor(['model'])
    const log = loggerOf(config)
    end(await answerCommand(run, { said, ...options }, { config, complete, log, terminal: terminalFor(options) }))
  }
  program
    .command('approve')
    .description('have the plan that a local run waits with carried out')
    .argument('<run>', 'the id of the run')
    .argument('<hash>', 'the hash of the plan, as the run told it')
    .option('--json', 'print the result as JSON')
    .action((run, hash: string, options) => answer(run, { kind: 'approve', hash: hash.toLowerCase() }, options))
  program
    .command('revise')
    .description('have the plan of a local run made again with a remark')
    .argument('<run>', 'the id of the run')
    .argument('<remark>', 'what should be different')
    .option('--json', 'print the result as JSON')
    .action((run, remark: string, options) => answer(run, { kind: 'revise', text: sanitise(remark).text }, options))
  program
    .command('choose')
    .description('take an option where a local run asks for a decision')
    .argument('<run>', 'the id of the run')
    .argument('<number>', 'the number of the option')
    .option('--json', 'print the result as JSON')
    .action((run, number: string, options) => answer(run, { kind: 'choose', option: Number(number) }, options))
  program
    .command('readiness')
    .description('tell whether changes to a repository can be verified on this machine, and what would make it better')
    .requiredOption('--repo <path|url>', 'the repository', fromHere)
    .option('--base <ref>', 'branch, tag or commit to look at (default: HEAD)')
    .option('--logs <folder>', 'keep the logs of its commands there')
    .option('--json', 'print the findings as JSON')
    .action(async (options) => {
      const config = configFor([])
      end(await readinessCommand(options, { config, log: loggerOf(config), terminal: terminalFor(options) }))
    })
  program
    .command('show')
    .description('tell what a run did, what it cost and what it left')
    .argument('<run>', 'the id of the run, such as r-k3v9x2m7qa')
    .option('--trace', 'every step of it as well')
    .option('--patch', 'print its patch instead')
    .option('--artifacts <folder>', 'write its artifacts there')
    .action(async (run, options) => end(await showCommand(run, options, { config: configFor([]), out })))
  program
    .command('replay')
    .description('tell a run again from its records, as the model saw it; nothing is called and nothing is paid')
    .argument('<run>', 'the id of the run')
    .action(async (run) => end(await replayCommand(run, { config: configFor([]), out })))
  program
    .command('verify')
    .description('measure again what a run measured, from base commit and patch, and say whether it is the same')
    .argument('<run|pull-request>', 'the id of a run, or the address of its pull request')
    .option('--logs <folder>', 'keep the logs of the checks there')
    .option('--json', 'print the comparison as JSON')
    .action(async (of, options) => {
      const config = configWithApp()
      const terminal = { out, progress: say, interrupted: firstInterrupt(say) }
      end(await verifyCommand(of, options, { config, log: loggerOf(config), terminal }))
    })
  program
    .command('init')
    .description('make a repository ready: the issue form, a policy file that explains itself, and the label')
    .option('--repo <path|owner/name>', 'a clone; or a name, for which only the label is made', '.')
    .option('--force', 'replace files that are there')
    .option('--dry-run', 'say what would be done')
    .action(async (options) => {
      const config = configWithApp()
      end(await initCommand(options, { config, log: loggerOf(config), out }))
    })
  program
    .command('doctor')
    .description('check what a run and the service need, and say how to mend what is missing')
    .option('--repo <owner/name>', 'look at one repository on GitHub as well')
    .option('--online', 'try the model key with a call of one token for each model')
    .option('--json', 'print the findings as JSON')
    .action(async (options) => end(await doctorCommand(options, { environment: environment(), out })))
  describeQueue(program.command('queue'), end)
  program
    .command('serve')
    .description('start the service that answers webhooks of GitHub')
    .action(async () => void (await import('../main.ts')))
  return program
}

function describeQueue(queue: Command, end: (exitCode: number) => void): void {
  queue
    .description("look after the service's queue: what waits, what is under way and what failed")
    .option('--json', 'print it as JSON')
    .action(async (options) => end(await queueCommand(options, queueParts())))
  queue
    .command('pause')
    .description('have no worker take anything new; runs under way go on')
    .option('--reason <text>', 'why, for whoever looks', 'no reason was given')
    .option('--wait <minutes>', 'until nothing is under way; exit code 1 where something still is by then', minutes)
    .action(async (options) => end(await pauseCommand(options, queueParts())))
  queue
    .command('resume')
    .description('have workers take runs again')
    .action(async () => end(await resumeCommand(queueParts())))
  queue
    .command('stop')
    .description('stop runs now, as people do on GitHub; the work so far is kept')
    .argument('<runs...>', 'their ids')
    .action(async (runs: string[]) => end(await stopCommand(runs, queueParts())))
  queue
    .command('failed')
    .description('list the runs that failed and have no newer one, with their reasons')
    .option('--code <code>', 'those of one code, such as github_unreachable')
    .option('--json', 'print them as JSON')
    // The command above has an option of the same name, and takes it.
    .action(async (_, command: Command) => end(await failedCommand(command.optsWithGlobals(), queueParts())))
  queue
    .command('requeue')
    .description('start failed runs again, each as a new run of the same frozen task')
    .argument('[runs...]', 'their ids')
    .option('--code <code>', 'all that failed with this code')
    .option('--all', 'all that failed')
    .action(async (runs: string[], options) => end(await requeueCommand({ runs, ...options }, queueParts())))
}

function queueParts(): QueueParts {
  const config = configFor([])
  return { config, log: loggerOf(config), out, interrupted: firstInterrupt(say), now: () => new Date() }
}

function minutes(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0) return value
  throw new InvalidArgumentError('It must be a number of minutes.')
}

/** Somebody who wants JSON is a program, and asked nothing. */
function terminalFor({ json = false }: { json?: boolean }): Terminal {
  const interrupted = firstInterrupt(say)
  const ask = json ? undefined : askAt(process, interrupted)
  return { out, progress: say, stdin: process.stdin, interrupted, ...(ask && { ask }) }
}

/** A folder is meant as seen from the current one; git is started elsewhere. An address stays as it is. */
function fromHere(repository: string): string {
  return existsSync(repository) ? resolve(repository) : repository
}
