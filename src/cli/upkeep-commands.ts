/** Commands about this machine and its settings, not about packages. */
import { type Command, Option } from './commander.ts';
import { rawOptions } from './given-options.ts';

/** Is told the exit code of a command. */
export type Finish = (exitCode: number) => void;

export function addDoctor(program: Command, finish: Finish): void {
  const command = program
    .command('doctor')
    .summary('show what this machine lacks and how to get it')
    .description(
      'Checks everything that a rebuild needs from this machine. Exits with 0 if nothing is missing, with 4 if something is.',
    )
    .option('--cache <dir>', 'folder for unpacked environments and downloads')
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'));
  command.action(async () => {
    const { doctorCommand } = await import('./commands/doctor-command.ts');
    finish(await doctorCommand(await rawOptions(command)));
  });
}

export function addCache(program: Command, finish: Finish): void {
  const cache = program.command('cache').summary('show, check and empty the cache');
  const add = (name: string, summary: string) =>
    subcommand(cache, name, summary).option('--cache <dir>', 'folder of the cache');
  const list = add('list', 'list what is kept, the least recently used first').action(async () => {
    const { cacheListCommand } = await import('./commands/cache-command.ts');
    finish(cacheListCommand(await rawOptions(list)));
  });
  const verify = add('verify', 'hash every object and remove what is damaged').action(async () => {
    const { cacheVerifyCommand } = await import('./commands/cache-command.ts');
    finish(await cacheVerifyCommand(await rawOptions(verify)));
  });
  const prune = add(
    'prune',
    'remove what was unused for a given time, or the least recently used beyond a given size',
  )
    .option('--older-than <time>', 'remove what was not used for this long: 12h, 30d, 8w')
    .option('--max-size <size>', 'keep at most this much: 500M, 20G')
    .action(async () => {
      const { cachePruneCommand } = await import('./commands/cache-command.ts');
      finish(await cachePruneCommand(await rawOptions(prune)));
    });
}

export function addConfig(program: Command, finish: Finish): void {
  const config = program.command('config').summary('show, check and find the settings of wolfi-repro.yaml');
  const add = (name: string, summary: string) => subcommand(config, name, summary);
  const show = add('show', 'list every setting that holds, and where it comes from')
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .action(async () => {
      const { configShowCommand } = await import('./commands/config-command.ts');
      finish(configShowCommand(program, show.optsWithGlobals()));
    });
  const check = add('check', 'read the file strictly and say what it names that is not there').action(
    async () => {
      const { configCheckCommand } = await import('./commands/config-command.ts');
      finish(configCheckCommand(program, check.optsWithGlobals()));
    },
  );
  const path = add('path', 'print the path of the file that holds here, or none').action(async () => {
    const { configPathCommand } = await import('./commands/config-command.ts');
    finish(configPathCommand(path.optsWithGlobals()));
  });
  add('schema', 'print the JSON Schema of the file, for editors').action(async () => {
    const { configSchemaCommand } = await import('./commands/config-command.ts');
    finish(configSchemaCommand(program));
  });
}

export function addHelp(program: Command, finish: Finish): void {
  program
    .command('help')
    .summary('show help for a command or a topic')
    .description('Shows the help of a command, or a topic that concerns all of them.')
    .argument(
      '[command or topic...]',
      'the words of a command, or one topic; without any, the topics are listed',
    )
    .action(async (words: string[]) => {
      const { helpCommand } = await import('./commands/help-command.ts');
      finish(helpCommand(program, words));
    });
}

export function addCompletion(program: Command, finish: Finish): void {
  program
    .command('completion')
    .summary('print a script that completes commands and options in a shell')
    .description('Prints a script for the shell, made of the commands and options that there are.')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) => {
      const { completionCommand } = await import('./commands/completion-command.ts');
      finish(completionCommand(program, shell));
    });
}

/** A command of a group, whose summary is all that there is to say. */
function subcommand(group: Command, name: string, summary: string): Command {
  return group
    .command(name)
    .summary(summary)
    .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`);
}
