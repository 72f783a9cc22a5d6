/** The commands about signed statements, of the tree in `program.ts`. */
import { type Command, Option } from './commander.ts';
import { rawOptions } from './given-options.ts';
import { addressOptions, cacheOption, collect, indexOptions, signerOptions } from './option-groups.ts';
import type { Finish } from './upkeep-commands.ts';

export function addAttest(program: Command, finish: Finish): void {
  const command = program
    .command('attest')
    .summary('sign saved results as statements that others can check')
    .description(
      'Writes for each package of saved results a signed statement of its verdict, SLSA provenance of what was rebuilt, and an in-toto link where it was reproduced. Nothing is verified again: sign only what you made. Exits with 0 where each package has its statement, with 4 where one has no digest.',
    )
    .argument('<result...>', 'result.json or result.jsonl of verify, or - for standard input')
    .option('--output-dir <dir>', 'where to write')
    .option(
      '--layout',
      'also write a layout for each package, with which in-toto-verify decides; takes --trust and --require',
      false,
    )
    .option('--trust <file>', 'for --layout: trust.yaml, the rebuilders and their keys')
    .option('--require <n>', 'for --layout: how many rebuilders must agree')
    .option('--expires <date>', 'for --layout: its last day, YYYY-MM-DD; by default in a year');
  signerOptions(command).action(async (files: string[]) => {
    const { attestCommand } = await import('./commands/attest-command.ts');
    finish(await attestCommand(files, await rawOptions(command)));
  });
}

export function addVerifyAttestation(program: Command, finish: Finish): void {
  const command = program
    .command('verify-attestation')
    .summary('decide whether enough rebuilders confirm packages')
    .description(
      'Reads signed statements, offline and without a rebuild, and counts one vote for each rebuilder of the trust file. Exits with 0 where enough agree on every package, with 1 where somebody saw other bytes, with 4 where too few agree, and with 5 where a signature is bad.',
    )
    .argument('<statement...>', 'files of statements, or folders of them')
    .option('--trust <file>', 'trust.yaml: the rebuilders and their keys')
    .option('--require <n>', 'how many rebuilders must agree')
    .option('--package <file>', 'a package that must be confirmed; repeatable', collect, [])
    .option('--digest <sha256>', 'a package by its SHA-256; repeatable', collect, [])
    .option('--no-dissent', 'one rebuilder that saw other bytes is enough to refuse, as in in-toto')
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'));
  command.action(async (files: string[]) => {
    const { verifyAttestationCommand } = await import('./commands/verify-attestation-command.ts');
    finish(await verifyAttestationCommand(files, await rawOptions(command)));
  });
}

export function addGateIndex(program: Command, finish: Finish): void {
  const command = program
    .command('gate-index')
    .summary('make an index of only what enough rebuilders confirm')
    .description(
      'Writes APKINDEX.tar.gz over those packages of a repository that enough rebuilders confirm, signed by your key: apk, which trusts that key and no other, then installs nothing else. Of a server only packages that statements are about are fetched. Lists what is left out, and why. Exits with 4 where no package is listed, and with 5, writing nothing, where a signature is bad.',
    )
    .argument('<dir|url>', 'the packages: <repository>/<arch>')
    .argument('<statement...>', 'files of statements, or folders of them')
    .option('--trust <file>', 'trust.yaml: the rebuilders and their keys')
    .option('--require <n>', 'how many rebuilders must agree')
    .option('--no-dissent', 'one rebuilder that saw other bytes is enough to leave a package out')
    .option('--signing-key <file>', 'RSA private key (PEM) to sign the index with')
    .option(
      '-o, --out <dir>',
      'where to write; by default the folder of the packages, and for those of a server there is no default',
    )
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'));
  cacheOption(addressOptions(indexOptions(command))).action(async (place: string, statements: string[]) => {
    const { gateIndexCommand } = await import('./commands/gate-index-command.ts');
    finish(await gateIndexCommand(place, statements, await rawOptions(command)));
  });
}
