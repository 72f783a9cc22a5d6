/** The tree of commands; what they do is in `commands/`, loaded when one is called. */
import { maskAddresses } from '../address.ts';
import { addAttest, addGateIndex, addVerifyAttestation } from './attestation-commands.ts';
import { Command, CommanderError } from './commander.ts';
import { hasSettings } from './find-config.ts';
import { addBaseline, addPolicy } from './gate-commands.ts';
import { addNegations } from './negations.ts';
import { version } from './own-version.ts';
import {
  addDiff,
  addFetch,
  addIndex,
  addInspect,
  addLock,
  addRebuild,
  addReport,
  addVerify,
} from './package-commands.ts';
import { writeError, writeOut } from './standard-streams.ts';
import { addExport, addStatus } from './status-commands.ts';
import { addSweep } from './sweep-commands.ts';
import { addCache, addCompletion, addConfig, addDoctor, addHelp, type Finish } from './upkeep-commands.ts';
import { addWorker } from './worker-commands.ts';

const usageExitCode = 2;

/** The commands, in the order of the help. */
const commands: ReadonlyMap<string, (program: Command, finish: Finish) => void> = new Map([
  ['verify', addVerify],
  ['inspect', addInspect],
  ['lock', addLock],
  ['fetch', addFetch],
  ['rebuild', addRebuild],
  ['index', addIndex],
  ['diff', addDiff],
  ['report', addReport],
  ['attest', addAttest],
  ['verify-attestation', addVerifyAttestation],
  ['gate-index', addGateIndex],
  ['policy', addPolicy],
  ['baseline', addBaseline],
  ['status', addStatus],
  ['sweep', addSweep],
  ['export', addExport],
  ['worker', addWorker],
  ['doctor', addDoctor],
  ['cache', addCache],
  ['config', addConfig],
  ['help', addHelp],
  ['completion', addCompletion],
]);

/** Commands that look at the options of others. */
const ofAllCommands: ReadonlySet<string> = new Set(['sweep', 'worker', 'config', 'help', 'completion']);

/** Runs one command line and returns its exit code; never throws. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = commandTree((code) => {
    exitCode = code;
  }, onlyCommand(argv));
  addNegations(program);
  try {
    if (asksForHelp(argv)) (await import('./help/help-format.ts')).arrangeHelp(program);
    await program.parseAsync(argv.map(spelledOut), { from: 'user' });
    return exitCode;
  } catch (failure) {
    if (failure instanceof CommanderError) return failure.exitCode === 0 ? 0 : usageExitCode;
    const { reportFailure } = await import('./output.ts');
    return reportFailure(failure);
  }
}

/** Whether help may be printed: it is arranged only then. A group of commands without one of them prints its help as well. */
function asksForHelp(argv: readonly string[]): boolean {
  return argv.length < 2 || argv.some((each) => each === '-h' || each === '--help' || each === 'help');
}

/**
 * The command that is called, where no other has to be known: settings are judged by the options of all commands, and help lists them. To make all of
 * them takes longer than most short calls.
 */
function onlyCommand(argv: readonly string[]): string | undefined {
  const [name = ''] = argv;
  const mayName = argv.some((each) => each.startsWith('--config'));
  if (!commands.has(name) || ofAllCommands.has(name) || asksForHelp(argv) || mayName) return undefined;
  return hasSettings(undefined) ? undefined : name;
}

/** An option whose value may be left out would take the argument behind it for one. */
export function spelledOut(argument: string): string {
  return argument === '--network' ? '--network=gateway' : argument;
}

/** The commands with their options, or one of them alone; `finish` is told how one ended. */
export function commandTree(finish: Finish, only?: string): Command {
  const program = new Command('wolfi-repro')
    .description(
      'Rebuilds published Wolfi/melange packages from the recipes they carry and proves whether the bytes are the same.',
    )
    .version(version, '-V, --version', 'print the version')
    .option('--no-color', 'print without colours (NO_COLOR does the same)')
    .option(
      '--config <file|none>',
      'settings; by default wolfi-repro.yaml, from here up to the root of the repository (docs/configuration.md)',
    )
    .helpOption('-h, --help', 'print this help')
    .exitOverride()
    .configureOutput({ writeOut, writeErr: writeError, outputError: (text) => writeError(usageText(text)) })
    .showSuggestionAfterError()
    .showHelpAfterError('  hint     see the same command with --help')
    .helpCommand(false);
  const named = only === undefined ? undefined : commands.get(only);
  for (const add of named === undefined ? commands.values() : [named]) add(program, finish);
  return program;
}

/** What commander says of a command line, in the form of every other failure. A mistyped argument may hold a password. */
function usageText(text: string): string {
  const [first = '', ...others] = maskAddresses(text).trimEnd().split('\n');
  const [what = '', choices] = first.replace(/^error: /, '').split('. Allowed choices are ');
  const expected = choices === undefined ? [] : [`  expected ${choices.replace(/\.$/, '')}\n`];
  const hints = others.map((line) => `  hint     ${line.replace(/^\(|\)$/g, '')}\n`);
  return [`wolfi-repro: usage: ${what}\n`, ...expected, ...hints].join('');
}
