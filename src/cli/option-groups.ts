/** Options that several commands share, with their texts in the help. */
import { engineNames } from '../engine/engine-names.ts';
import { sandboxKinds } from '../execute/sandbox/sandbox.ts';
import { factors } from '../explain/factors.ts';
import { reportEndings, reportFormatNames } from '../report/format-names.ts';
import { failOnWords } from '../verdict/fail-on.ts';
import { type Command, Option } from './commander.ts';

/** How the index of a server is read. */
export function indexOptions(command: Command): Command {
  return command
    .option('--key <file|url>', 'public key (PEM), named as the signatures name it; repeatable', collect, [])
    .option('--allow-unsigned', 'accept packages and indexes that no given key vouches for', false)
    .option('--max-index-age <days>', 'warn where the newest build of an index is older (Wolfi’s own: 7)')
    .option('--offline', 'contact no server; use what this machine has', false);
}

/** Where addresses that somebody else chose may lead. */
export function addressOptions(command: Command): Command {
  return command
    .option('--allow-private-addresses', 'follow addresses that packages name into private networks', false)
    .option('--allow-plain-http', 'follow addresses that packages name over plain http', false);
}

/** Where what is fetched is kept. */
export function cacheOption(command: Command): Command {
  return command.option('--cache <dir>', 'folder for downloads and unpacked environments; safe to delete');
}

/** Options that say what to trust and where to read; shared by all commands that read a package. */
export function trustOptions(command: Command): Command {
  const asking = indexOptions(command)
    .option(
      '--repository <dir|url>',
      'repository with <arch>/APKINDEX.tar.gz; repeatable, the first that has a package wins',
      collect,
      [],
    )
    .option('--arch <arch>', 'architecture of packages that are given by name without one, or all');
  return cacheOption(addressOptions(asking));
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
      'read sources whose address begins with PREFIX from elsewhere; repeatable',
      collect,
      [],
    )
    .option('--allow-unpinned-sources', 'accept sources that the recipe does not pin', false)
    .option('--recipe-repository <dir|url>', 'git repository with the recipe and what lay beside it')
    .option('--source-dir <dir>', 'the folder that lay beside the recipe')
    .addOption(
      new Option(
        '--network [mode]',
        'let the steps fetch through a gateway that records what they fetch, unless a transcript is known; record: even then; host: give them the machine’s network instead',
      ).choices(['gateway', 'record', 'host']),
    )
    .option(
      '--registries-as-of <builddate|date|now>',
      'with --network: record what registries list as of then (docs/registries.md)',
      'now',
    )
    .option(
      '--transcript <file>',
      'what the steps fetched: replayed where the file is there, written where --network records it; repeatable, further ones are compared with',
      collect,
      [],
    )
    .option(
      '--syft <path>',
      'syft, to scan what was built as production does (docs/production-sbom.md); repeatable, the one that matches is used',
      collect,
      [],
    )
    .option(
      '--scan <file>',
      'a scan that was kept with --keep-scans, for where no syft is at hand; repeatable',
      collect,
      [],
    )
    .addOption(
      new Option('--sandbox <kind>', 'how steps are isolated from this machine')
        .choices(sandboxKinds)
        .default('bubblewrap'),
    )
    .option('--trust-recipe', 'with --sandbox chroot: run steps that could do whatever root can', false)
    .addOption(
      new Option('--engine <name>', 'what rebuilds: this program, a melange, or both, which must agree')
        .choices(engineNames)
        .default('builtin'),
    )
    .option(
      '--melange <file>',
      'the melange for --engine melange|both; by default the one on the search path',
    )
    .option('--log <dir>', 'keep the output of every step')
    .option('--jobs <n>', 'builds at once', '1')
    .option('--threads <n>', 'threads for compression')
    .option('--step-seconds <n>', 'limit on the wall time of one step')
    .option('--memory-mib <n>', 'limit on the memory of one step, all processes together')
    .option('--processes <n>', 'limit on the processes of one step')
    .option('--disk-mib <n>', 'limit on the disk space of one build');
}

/** For commands that build, and keep no plan alone. */
export function keepScanOptions(command: Command): Command {
  return command.option(
    '--keep-scans <dir>',
    'keep what each --syft lists of what was built, one file each, for --scan and for bundles',
  );
}

/** For commands that show what differs. */
export function objdumpOption(command: Command): Command {
  return command.option('--objdump <path>', 'objdump, to show instructions that differ in machine code');
}

/** Options for more builds than one of the same package. */
export function furtherBuildOptions(command: Command): Command {
  return command
    .option('--repeat <n>', 'builds of each package: shows what differs from build to build')
    .option(
      '--vary <factor>',
      `build again with one thing changed: auto, ${factors.join(', ')}; repeatable`,
      collect,
      [],
    )
    .option(
      '--pin <factor>',
      'build twice with one thing held, and say whether the builds then agree: auto, none, or what --vary takes; with --repeat, auto is tried for what is unstable and has no name; repeatable',
      collect,
      [],
    )
    .option(
      '--try-fix',
      'build twice with the lines of the recipe changed that make what differs, and say whether the bytes are then stable; no verdict depends on it',
    );
}

export function formatOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'what to print').choices(reportFormatNames).default('text'))
    .option(
      '--output <file>',
      `also write the report to a file, in the format of its ending (${Object.values(reportEndings).join(' ')}); repeatable`,
      collect,
      [],
    )
    .option(
      '--docs-url <url>',
      'address below which the pages of this program (docs/…) are found, instead of those published with it',
    );
}

/** How much is said of each package, and of what is done meanwhile. */
export function detailOptions(command: Command): Command {
  return command
    .option('-q, --quiet', 'say less: a line for each package, no progress', false)
    .option('-v, --verbose', 'say more: everything of each package, progress in lines that stay', false);
}

/** What lets packages through that are not reproduced. */
export function gateOptions(command: Command): Command {
  return policyOptions(command)
    .option(
      '--baseline <file>',
      'what `baseline write` wrote: only what is worse fails, and what is new must be reproduced (docs/policy.md)',
    )
    .option('--tighten', 'rewrite the baseline with what is better now', false);
}

/** A policy, whose clock is the machine's own unless the command line names a day. */
export function policyOptions(command: Command): Command {
  return command
    .option(
      '--policy <file>',
      'rules that accept what is not reproduced, each with a reason, an owner and a last day (docs/policy.md)',
    )
    .option('--today <date>', 'the day for which a policy is read, YYYY-MM-DD; by default today in UTC');
}

/** What signs statements. */
export function signerOptions(command: Command): Command {
  return command
    .option('--attest-key <file>', 'private key (PEM) to sign statements with')
    .option(
      '--attest-agent <fingerprint>',
      'sign with the key of ssh-agent that has this fingerprint (SHA256:…)',
    )
    .option(
      '--sign-command <program>',
      'sign with a program: the bytes on its standard input, the signature on its standard output',
    )
    .option('--sign-key <file>', 'public key of --sign-command (PEM)')
    .option('--builder-id <uri>', 'the builder that SLSA provenance names');
}

/** Which verdicts fail the command; no report depends on it. */
export function failOnOption(command: Command): Command {
  return command.option(
    '--fail-on <verdict>',
    `exit with 0 unless a verdict is one of these: ${failOnWords.join(', ')} (rejected and defects always fail); repeatable`,
    collect,
    [],
  );
}

/** For commands that join results. */
export function joinOptions(command: Command): Command {
  return command.option(
    '--allow-incomplete',
    'exit with 0 although shards are missing or a result was cut short (docs/ci.md)',
    false,
  );
}

/** Which of the packages that were named are judged. */
export function selectionOptions(command: Command): Command {
  return command
    .option(
      '--changed-since <ref|file>',
      'only what changed: since a commit, whose recipe differs; since an earlier result, what it does not have as reproduced; since an APKINDEX.tar.gz, what it does not list',
    )
    .option(
      '--shard <i/n>',
      'only one part of n, by the origin of packages; all parts together are the whole',
    );
}

export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}
