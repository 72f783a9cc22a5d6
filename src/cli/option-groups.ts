/** Options that several commands share, with their words in the help. */
import { reportFormatNames } from '../report/format-names.ts';
import { type Command, Option } from './commander.ts';
import type { RawOptions } from './options.ts';

/** Options that say what to trust and where to read; shared by all commands that read a package. */
export function trustOptions(command: Command): Command {
  return command
    .option(
      '--key <file|url>',
      'public key (PEM) by whose file name signatures may name it; repeatable',
      collect,
      [],
    )
    .option(
      '--repository <dir|url>',
      'repository with <arch>/APKINDEX.tar.gz; repeatable, the first that has a package wins',
      collect,
      [],
    )
    .option('--allow-unsigned', 'accept packages and indexes that no given key vouches for', false)
    .option('--arch <arch>', 'architecture of packages that are asked for by name')
    .option('--max-index-age <days>', 'warn where the newest build of an index is older (Wolfi’s own: 7)')
    .option('--offline', 'contact nobody; use what is on this machine', false)
    .option('--allow-private-addresses', 'follow addresses of packages into private networks', false)
    .option('--allow-plain-http', 'follow addresses of packages that are not protected', false)
    .option('--cache <dir>', 'folder for downloads and unpacked environments; can be thrown away');
}

export function buildOptions(command: Command): Command {
  return trustOptions(command)
    .option(
      '--environment <recorded|nearest|host|dir>',
      'build environment: as recorded, with the nearest versions for what is gone, this machine’s programs, a folder, or an OCI image layout (also as a tar archive)',
      'recorded',
    )
    .option('--fallback-repository <dir|url>', 'repository for what the others lack; repeatable', collect, [])
    .option('--trust-recorded-repositories', 'ask the repositories that the recipe records', false)
    .option('--source-cache <dir>', 'sources as sha256:<hex> and sha512:<hex>; repeatable', collect, [])
    .option(
      '--source-mirror <prefix=dir|url>',
      'read what begins with the prefix from elsewhere; repeatable',
      collect,
      [],
    )
    .option('--allow-unpinned-sources', 'accept sources that the recipe does not pin', false)
    .option('--recipe-repository <dir|url>', 'git repository with the recipe and what lay beside it')
    .option('--source-dir <dir>', 'the folder that lay beside the recipe')
    .option('--network', 'let the steps reach the network; the verdict says so', false)
    .option(
      '--syft <path>',
      'syft, to scan what was built as production does (docs/production-sbom.md); repeatable, the one that fits is taken',
      collect,
      [],
    )
    .addOption(
      new Option('--sandbox <kind>', 'how steps are kept apart')
        .choices(['bubblewrap', 'chroot'])
        .default('bubblewrap'),
    )
    .option('--trust-recipe', 'with --sandbox chroot: run steps that could do whatever root can', false)
    .addOption(
      new Option('--engine <name>', 'what rebuilds: this program, a melange, or both, which must agree')
        .choices(['builtin', 'melange', 'both'])
        .default('builtin'),
    )
    .option('--melange <file>', 'the melange for --engine melange|both; else the one on the search path')
    .option('--log <dir>', 'keep the output of every step')
    .option('--jobs <n>', 'builds at once', '1')
    .option('--threads <n>', 'threads for compression')
    .option('--step-seconds <n>', 'most wall time of one step')
    .option('--memory-mib <n>', 'most memory of one step, all processes together')
    .option('--processes <n>', 'most processes of one step')
    .option('--disk-mib <n>', 'most disk space of one build');
}

/** Options for more builds than one of the same package. */
export function furtherBuildOptions(command: Command): Command {
  return command
    .option('--repeat <n>', 'builds of each package: tells what is unstable by itself')
    .option(
      '--vary <factor>',
      'build again with one thing changed: auto, clock, cpu-count, parallelism, hostname, kernel, locale, time-zone, umask, user-id, directory-order, build-path, hash-seed, environment; repeatable',
      collect,
      [],
    );
}

export function formatOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'what to print').choices(reportFormatNames).default('text'))
    .option(
      '--output <file>',
      'write the report to a file as well, by its ending (.txt .json .jsonl .md .html .sarif .xml); repeatable',
      collect,
      [],
    );
}

function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** Options of a sub-command with those of the program. */
export function rawOptions(command: Command): RawOptions {
  return command.optsWithGlobals<RawOptions>();
}
