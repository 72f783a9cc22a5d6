/** Commands that show what a sweep found. */
import type { Command } from './commander.ts';
import { Option } from './commander.ts';
import { rawOptions } from './given-options.ts';
import type { Finish } from './upkeep-commands.ts';

const sweepArgument = 'folder of a sweep';

export function addStatus(program: Command, finish: Finish): void {
  const status = program
    .command('status')
    .summary('show how much of a sweep reproduces, what does not, and why')
    .description(
      'Shows what a sweep has found: how many packages reproduce, of how many that were judged, and why the others were not. It only reads, also while the sweep runs (docs/status.md).',
    );
  const add = (name: 'show' | 'regressions' | 'flaky' | 'next', summary: string, isDefault = false) => {
    const command: Command = status
      .command(name, { isDefault })
      .summary(summary)
      .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
      .argument('<sweep>', sweepArgument)
      .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
      .action(async (sweep: string) => {
        const { statusCommand } = await import('./commands/status-command.ts');
        finish(await statusCommand(name, sweep, await rawOptions(command)));
      });
    return command;
  };
  add('show', 'show shares, causes, what is not judged, and what matters most (the default)', true).option(
    '--watch',
    'show it again as the sweep goes on, until it ends; where there is no terminal, a line for each change',
    false,
  );
  add('regressions', 'list what stopped reproducing, since which build, and what was different then');
  add('flaky', 'list packages on which builds or attempts disagree');
  add('next', 'list what would settle the most packages for the least work');
}
