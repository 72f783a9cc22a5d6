/** The command of machines that judge what others planned. */
import type { Command } from './commander.ts';
import { buildOptions, collect, furtherBuildOptions, signerOptions } from './option-groups.ts';
import type { Finish } from './upkeep-commands.ts';

export function addWorker(program: Command, finish: Finish): void {
  const command = program
    .command('worker')
    .summary('judge what a sweep in a database, or a rebuilderd, gives out')
    .description(
      'Judges jobs until it is told to end, on as many machines as there are: those of a sweep that `sweep plan` keeps in PostgreSQL, or those of a running rebuilderd. SIGTERM or Ctrl-C lets running builds come to their end and exits with 0; a second one ends them, and gives them back (docs/workers.md).',
    );
  furtherBuildOptions(buildOptions(command));
  signerOptions(command)
    .option('--database <url>', 'take jobs from the sweep in this PostgreSQL: postgres://HOST/DATABASE')
    .option(
      '--artifacts <dir|url>',
      'keep results and logs in a folder that all machines share, or in s3://BUCKET/PREFIX',
    )
    .option('--tag <tag>', 'also judge jobs that ask for this tag; repeatable', collect, [])
    .option('--rebuilderd <url>', 'take jobs from this rebuilderd instead, and report to it')
    .option(
      '--distribution <name>',
      'what rebuilderd calls the distribution; repeatable (by default wolfi)',
      collect,
      [],
    )
    .action(async () => {
      const { workerCommand } = await import('./commands/worker-command.ts');
      finish(await workerCommand(command));
    });
}
