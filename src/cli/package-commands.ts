/** The commands about packages, of the tree in `program.ts`. */
import { inspectionFormats } from '../report/format-names.ts';
import { type Command, Option } from './commander.ts';
import { rawOptions } from './given-options.ts';
import {
  buildOptions,
  collect,
  detailOptions,
  failOnOption,
  formatOptions,
  furtherBuildOptions,
  gateOptions,
  joinOptions,
  keepScanOptions,
  objdumpOption,
  selectionOptions,
  signerOptions,
  trustOptions,
} from './option-groups.ts';
import type { Finish } from './upkeep-commands.ts';

const packageArgument = 'FILE, URL, or NAME[=VERSION-rN][:ARCH] of a repository';
const packagesArgument =
  'FILE, DIR (with a slash), URL, NAME[=VERSION-rN][:ARCH] of a repository, a pipe, or - for standard input';

export function addVerify(program: Command, finish: Finish): void {
  const command = program
    .command('verify')
    .summary('rebuild packages and compare every byte')
    .description(
      'Rebuilds each package from the recipe and the digests that it records, in a sandbox without a network, and compares every byte.',
    )
    .argument('[package...]', packagesArgument);
  selectionOptions(
    failOnOption(gateOptions(formatOptions(furtherBuildOptions(keepScanOptions(buildOptions(command)))))),
  );
  signerOptions(objdumpOption(detailOptions(command)))
    .option('--attest <dir>', 'also write what was found as signed statements (docs/attestations.md)')
    .option(
      '--timings',
      'also say how long each stage of each package took: reports then differ from run to run',
      false,
    )
    .option('--bundle <file>', 'verify what `lock --bundle` packed, instead of packages')
    .action(async (files: string[]) => {
      const { verifyCommand } = await import('./commands/verify-command.ts');
      finish(await verifyCommand(files, await rawOptions(command)));
    });
}

export function addInspect(program: Command, finish: Finish): void {
  const command = program
    .command('inspect')
    .summary('show what packages contain and what they say about how they were built')
    .description(
      'Shows sections, entries, digests, signatures, recipe and traits of packages. Nothing is run.',
    )
    .argument('<package...>', packagesArgument);
  detailOptions(trustOptions(command))
    .option('--entries', 'list every entry of every section', false)
    .addOption(new Option('--format <format>', 'what to print').choices(inspectionFormats).default('text'))
    .option(
      '--output <file>',
      'also write it to a file, in the format of its ending (.txt .json .md .html); repeatable',
      collect,
      [],
    )
    .action(async (files: string[]) => {
      const { inspectCommand } = await import('./commands/inspect-command.ts');
      finish(await inspectCommand(files, await rawOptions(command)));
    });
}

export function addLock(program: Command, finish: Finish): void {
  const command = program
    .command('lock')
    .summary('print the plan of a rebuild: every input with its digest')
    .description(
      'Prints the plan: who built it, the environment, sources and steps, each pinned by digest. Nothing is run.',
    )
    .argument('<package>', packagesArgument);
  detailOptions(buildOptions(command))
    .addOption(new Option('--format <format>', 'what to print').choices(['json', 'text']).default('json'))
    .option('--bundle <file>', 'also write everything that a verdict rests on to one file')
    .action(async (file: string) => {
      const { lockCommand } = await import('./commands/lock-command.ts');
      finish(await lockCommand(file, await rawOptions(command)));
    });
}

export function addFetch(program: Command, finish: Finish): void {
  const command = program
    .command('fetch')
    .summary('get every input of a rebuild ahead of time')
    .description(
      'Fetches packages, their environments, sources and recipes into the cache, so that a later run can be --offline.',
    )
    .argument('<package...>', packageArgument);
  detailOptions(buildOptions(command)).action(async (subjects: string[]) => {
    const { fetchCommand } = await import('./commands/fetch-command.ts');
    finish(await fetchCommand(subjects, await rawOptions(command)));
  });
}

export function addRebuild(program: Command, finish: Finish): void {
  const command = program
    .command('rebuild')
    .summary('rebuild packages and keep the result')
    .description(
      'Rebuilds packages and writes them to <dir>/<arch>/, with the published signature where there is one.',
    )
    .argument('<package...>', packagesArgument)
    .option('--signing-key <file>', 'RSA private key (PEM) to sign with instead of the published signature')
    .option('-o, --out <dir>', 'where to write')
    .option(
      '--all-outputs',
      'also write the other packages that the recipe makes in the same build, and say of each published one that is given whether it is equal; those that are not given have the traits of the first and no signature but your own',
      false,
    );
  detailOptions(keepScanOptions(buildOptions(command))).action(async (files: string[]) => {
    const { rebuildCommand } = await import('./commands/rebuild-command.ts');
    finish(await rebuildCommand(files, await rawOptions(command)));
  });
}

export function addIndex(program: Command, finish: Finish): void {
  const command = program
    .command('index')
    .summary('make an index of a folder of packages')
    .description(
      'Writes APKINDEX.tar.gz over the packages of a folder, signed where a key is given, so that apk can use the folder.',
    )
    .argument('<dir>', 'folder of packages: <repository>/<arch>')
    .option('--signing-key <file>', 'RSA private key (PEM) to sign with');
  command.action(async (folder: string) => {
    const { indexCommand } = await import('./commands/index-folder-command.ts');
    finish(await indexCommand(folder, await rawOptions(command)));
  });
}

export function addDiff(program: Command, finish: Finish): void {
  const command = program
    .command('diff')
    .summary('compare two packages, folders or files')
    .description(
      'Compares two packages, two folders or two files: bytes first, then what differs, down to the smallest part. Exits with 0 if they are the same, with 1 if not.',
    )
    .argument('<published>', 'package file (.apk), folder or file, a pipe, or - for standard input')
    .argument('<rebuilt>', 'what to compare it with');
  objdumpOption(detailOptions(formatOptions(command))).action(async (published: string, rebuilt: string) => {
    const { diffCommand } = await import('./commands/diff-command.ts');
    finish(await diffCommand(published, rebuilt, await rawOptions(command)));
  });
}

export function addReport(program: Command, finish: Finish): void {
  const command = program
    .command('report')
    .summary('show saved results in any format, several as one')
    .description(
      'Renders results that `verify` or `diff` saved as JSON or JSON lines in any other format, and joins several of one kind, such as the shards of a CI run, into one. Nothing is verified or compared again: the verdicts are those of the files. Exits with the code of the worst that does not pass, and with 4 where results are missing; for comparisons with 1 where any two sides differ.',
    )
    .argument('<result...>', 'result.json or result.jsonl of verify or of diff, or - for standard input');
  joinOptions(failOnOption(gateOptions(detailOptions(formatOptions(command))))).action(
    async (files: string[]) => {
      const { reportCommand } = await import('./commands/report-command.ts');
      finish(await reportCommand(files, await rawOptions(command)));
    },
  );
}
