/** Commands that show what a sweep found. */
import type { Command } from './commander.ts';
import { Option } from './commander.ts';
import { rawOptions } from './given-options.ts';
import { collect } from './option-groups.ts';
import type { Finish } from './upkeep-commands.ts';

/** Read by `status site` and `export`; written by workers. */
const keptWhere =
  'where its results are kept: the folder or s3://BUCKET/PREFIX of its workers (by default beside its journal)';
const sweepArgument = 'folder of a sweep, or postgres://HOST/DATABASE';

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
  const site: Command = status
    .command('site')
    .summary('write a site of static pages that opens from disk')
    .description(
      'Writes a site of static pages about a sweep: no server and no network is needed to read it. Files of an earlier one are written over.',
    )
    .argument('<sweep>', sweepArgument)
    .argument('<dir>', 'folder of the site')
    .option('--site-url <url>', 'where it will be published, so that the feed has whole addresses')
    .option('--artifacts <dir|url>', keptWhere)
    .action(async (sweep: string, folder: string) => {
      const { statusSiteCommand } = await import('./commands/status-site-command.ts');
      finish(await statusSiteCommand(sweep, folder, await rawOptions(site)));
    });
}

export function addExport(program: Command, finish: Finish): void {
  const command: Command = program
    .command('export')
    .summary('write what a sweep found as a dataset, or list what it needed')
    .description(
      'Writes one row for each package and attempt of a sweep, with a codebook and a citation file, or lists every package and source that its builds needed (docs/dataset.md). Without a choice all is written.',
    )
    .argument('<sweep>', sweepArgument)
    .option('-o, --out <dir>', 'where to write')
    .option('--jsonl', 'verdicts.jsonl, JSON lines', false)
    .option('--csv', 'verdicts.csv', false)
    .option('--parquet', 'verdicts.parquet', false)
    .option(
      '--mirror-list',
      'mirror-list.jsonl: what an archive has to keep so that the builds can be repeated',
      false,
    )
    .option('--author <name>', 'who is to be cited; repeatable', collect, [])
    .option('--artifacts <dir|url>', keptWhere)
    .action(async (sweep: string) => {
      const { exportCommand } = await import('./commands/export-command.ts');
      finish(await exportCommand(sweep, await rawOptions(command)));
    });
}
