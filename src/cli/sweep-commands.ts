/** Commands that judge a whole repository, over time. */
import { retriedClasses } from '../sweep/attempt.ts';
import { jobPriorities } from '../sweep/job.ts';
import { type Command, Option } from './commander.ts';
import { rawOptions } from './given-options.ts';
import { buildOptions, collect, furtherBuildOptions, trustOptions } from './option-groups.ts';
import type { Finish } from './upkeep-commands.ts';

const sweepArgument = 'folder of the sweep, made where there is none, or postgres://HOST/DATABASE';
const knownSweepArgument = 'folder of the sweep, or postgres://HOST/DATABASE';

export function addSweep(program: Command, finish: Finish): void {
  const sweep = program
    .command('sweep')
    .summary('judge a whole repository, over time')
    .description(
      'Judges everything that a repository lists, one build for each origin, and keeps what was found in a folder. What is known is not judged again (docs/sweep.md).',
    );
  addPlan(sweep, finish);
  addRun(sweep, finish);
  addStates(sweep, finish);
  addRetry(sweep, finish);
  addAnnouncing(sweep, finish);
}

function addPlan(sweep: Command, finish: Finish): void {
  const command = sweep
    .command('plan')
    .summary('queue what an index lists and is not known yet, with an estimate')
    .description(
      'Reads the indexes of the repositories, queues a job for each build that is not known yet, and says before anything starts how long it will take. With --dry-run it only says so.',
    )
    .argument('<sweep>', sweepArgument)
    .argument('[pattern...]', 'names of packages or origins, with * and ?, or NAME=VERSION; all by default');
  trustOptions(command)
    .option('--all-versions', 'also builds of which the index lists a later one', false)
    .option(
      '--changed-since <date|file>',
      'only what was built since a day (YYYY-MM-DD), or what an earlier APKINDEX.tar.gz does not list',
    )
    .option(
      '--in <file>',
      'only what an image has: its lib/apk/db/installed, or an SBOM as JSON (SPDX, CycloneDX); repeatable',
      collect,
      [],
    )
    .option(
      '--popularity <file>',
      'how much packages are used, `name count` on each line: more used ones come first',
    )
    .option('--at-least <n>', 'only what is used at least this often: by --popularity, and by images of --in')
    .addOption(new Option('--priority <priority>', 'how urgent the jobs are').choices(jobPriorities))
    .option('--tag <tag>', 'only workers with this tag judge the jobs; repeatable', collect, [])
    .option('--jobs <n>', 'builds at once', '1')
    .option('--dry-run', 'only say what would be queued', false)
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .action(async (folder: string, patterns: string[]) => {
      const { sweepPlanCommand } = await import('./commands/sweep-plan-command.ts');
      finish(await sweepPlanCommand(folder, patterns, await rawOptions(command)));
    });
}

function addRun(sweep: Command, finish: Finish): void {
  const command = sweep
    .command('run')
    .summary('judge what is queued, until nothing is left')
    .description(
      'Judges what is queued, several builds at once with --jobs, until nothing is left that this machine can do now. Ctrl-C lets running builds come to their end; a second one ends them, and they are judged again later. Exits with 0 whatever the verdicts are.',
    )
    .argument('<sweep>', 'folder of the sweep');
  furtherBuildOptions(buildOptions(command))
    .option('--tag <tag>', 'also judge jobs that ask for this tag; repeatable', collect, [])
    .action(async (folder: string) => {
      const { sweepRunCommand } = await import('./commands/sweep-run-command.ts');
      finish(await sweepRunCommand(folder, command));
    });
}

function addStates(sweep: Command, finish: Finish): void {
  const states = {
    pause: ['paused', 'begin no further build; those that run come to their end'],
    resume: ['running', 'let a sweep that was paused or cancelled be worked on again'],
    cancel: ['cancelled', 'end the builds that run; they go back, and are judged after a resume'],
  } as const;
  for (const [name, [state, summary]] of Object.entries(states))
    sweep
      .command(name)
      .summary(summary)
      .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
      .argument('<sweep>', knownSweepArgument)
      .action(async (folder: string) => {
        const { sweepStateCommand } = await import('./commands/sweep-state-command.ts');
        finish(await sweepStateCommand(folder, state));
      });
}

function addRetry(sweep: Command, finish: Finish): void {
  const command = sweep
    .command('retry')
    .summary('queue again what ended without a verdict that stands')
    .description(
      'Queues jobs again whose last attempt failed or did not come to a statement, as if they were new. What was reproduced, not reproduced or rejected stays as it is.',
    )
    .argument('<sweep>', knownSweepArgument)
    .argument('[pattern...]', 'names of packages or origins, with * and ?; all by default')
    .option(
      '--class <class>',
      `only those whose last attempt ended so: ${retriedClasses.join(', ')}; repeatable`,
      collect,
      [],
    )
    .action(async (folder: string, patterns: string[]) => {
      const { sweepRetryCommand } = await import('./commands/sweep-retry-command.ts');
      finish(await sweepRetryCommand(folder, patterns, await rawOptions(command)));
    });
}

function addAnnouncing(sweep: Command, finish: Finish): void {
  const command = sweep
    .command('export')
    .summary('announce the builds of a sweep to a rebuilderd')
    .description(
      'Tells a running rebuilderd which builds the sweep has, the newest of each origin, so that its workers judge them. The cookie of its administrator is read from the file that REBUILDERD_COOKIE_PATH names (docs/workers.md). What a sweep found is written by `wolfi-repro export`.',
    )
    .argument('<sweep>', knownSweepArgument)
    .argument('[pattern...]', 'names of packages or origins, with * and ?; all by default')
    .option('--rebuilderd <url>', 'the daemon that is told')
    .option(
      '--distribution <name>',
      'what rebuilderd calls the distribution; repeatable (by default wolfi)',
      collect,
      [],
    )
    .option('--dry-run', 'only print what would be sent, one object a line', false)
    .action(async (place: string, patterns: string[]) => {
      const { sweepExportCommand } = await import('./commands/sweep-export-command.ts');
      finish(await sweepExportCommand(place, patterns, await rawOptions(command)));
    });
}
