/** What `help TOPIC` says: what is true of all commands, a screen each. */
import { failureClasses } from '../../failure.ts';
import { wrap } from '../../report/rows.ts';
import { verdictTitles } from '../../report/words.ts';
import { failureExitCodes, type VerdictKind, verdictExitCodes } from '../../verdict/verdict.ts';

interface Topic {
  readonly summary: string;
  readonly text: () => string;
}

const verdictMeanings: Readonly<Record<VerdictKind, string>> = {
  reproduced: 'the rebuilt bytes equal the published file, or the policy accepts what differs',
  'not-reproduced': 'the build ran as recorded and the bytes differ',
  'build-failed': 'a recorded step failed in the recorded environment',
  inconclusive: 'no statement is possible; the reason says what would settle it',
  rejected: 'the published file fails its own signature, digests or format',
  internal: 'a defect of wolfi-repro',
};

const otherCodes: readonly (readonly [code: number, title: string, meaning: string])[] = [
  [failureExitCodes.usage, 'usage', 'the command line is wrong; nothing was done'],
  [6, 'stale policy', 'every package passes, and a rule of the policy is not needed any more'],
  [130, 'interrupted', 'Ctrl-C or SIGTERM ended the run; what was judged is printed'],
];

/** The column in which the meaning of an exit code begins. */
const codeColumns = 22;

/** The exit codes, a line each, in their order. */
export function exitCodeLines(): string[] {
  const verdicts = (Object.keys(verdictMeanings) as VerdictKind[]).map(
    (kind) => [verdictExitCodes[kind], verdictTitles[kind], verdictMeanings[kind]] as const,
  );
  return [...verdicts, ...otherCodes]
    .sort(([a], [b]) => a - b)
    .map(([code, title, meaning]) => {
      const lines = wrap(meaning, 80 - codeColumns).map((line) => line.trim());
      return `  ${String(code).padEnd(4)}${title.padEnd(16)}${lines.join(`\n${' '.repeat(codeColumns)}`)}`;
    });
}

/** The reasons of verdicts, in columns. */
function reasonLines(): string[] {
  const kinds = ['rejected', 'inconclusive', 'build-failed'] as const;
  return kinds.flatMap((kind) => {
    const codes = Object.entries(failureClasses).flatMap(([code, of]) => (of === kind ? [code] : []));
    return ['', `${verdictTitles[kind]}:`, ...columnsOf(codes)];
  });
}

function columnsOf(words: readonly string[]): string[] {
  const width = 26;
  const rows = Math.ceil(words.length / 3);
  return Array.from({ length: rows }, (_, row) =>
    `  ${[0, 1, 2].map((column) => (words[row + column * rows] ?? '').padEnd(width)).join('')}`.trimEnd(),
  );
}

export const topics: Readonly<Record<string, Topic>> = {
  'exit-codes': {
    summary: 'what the exit code of a call says',
    text: () => `Exit codes

The worst verdict of all packages decides. --fail-on chooses which verdicts
fail; what is rejected, and a defect, always does.

${exitCodeLines().join('\n')}`,
  },
  reasons: {
    summary: 'the reasons of verdicts',
    text: () => `Reasons of verdicts

Each has a section in docs/verdicts.md that says what would settle it.
${reasonLines().join('\n')}`,
  },
  names: {
    summary: 'how packages are named',
    text: () => `How packages are named

  hello-1.0-r0.apk       a file
  ./packages/            a folder: every package in it, with the index and the
                         sources that lie beside them (the slash tells it from
                         a name)
  https://…/hello.apk    an address
  curl                   the newest of a repository, for this machine
  curl=8.9.1-r0          one version of it; the revision (-rN) belongs to it
  curl:aarch64           for a different architecture; --arch all asks for each

Without --repository a name is one of Wolfi's own repository, whose key is
known by its SHA-256. A name never stands for a file in the working directory.
More: docs/inputs.md`,
  },
  trust: {
    summary: 'what is trusted, and what a verdict shows',
    text: () => `Trust

"reproduced" rests on equal bytes alone: no publisher, builder, key or server is
believed. Keys decide only whether a file is looked at, and which packages the
build environment may have.

  --key FILE|URL         a key that vouches for packages and indexes. Without
                         one, Wolfi's is used for what Wolfi signed
  --allow-unsigned       look at what no key vouches for; the verdict says so
  --trust-recorded-repositories
                         ask the repositories and keys that the recipe records
  --trust-recipe         run steps without namespaces (--sandbox chroot)

What each verdict shows and what it does not: docs/trust.md`,
  },
  environment: {
    summary: 'where the build environment comes from',
    text: () => `The build environment

A package records each package of the environment that it was built in. They
are looked for in --repository, in Wolfi's own where the recipe was built with
it, in --fallback-repository, and in the cache.

  --environment recorded   exactly these (the default)
  --environment nearest    the nearest version of what is gone
  --environment host       the programs of this machine
  --environment DIR|IMAGE  a folder, or an OCI image layout

A substitute can only prove equality: bytes that differ are then inconclusive.
More: docs/inputs.md`,
  },
  network: {
    summary: 'what is contacted, and what steps may fetch',
    text: () => `The network

Contacted are the repositories and keys that you name, Wolfi's own, and public
https addresses of sources whose digest the recipe records. All of it is
fetched before the build, which has no network.

  --offline              contact nothing; use what this machine has
  --network              let steps fetch through a gateway that records what
                         they get; from then on the recording is replayed
  --transcript FILE      keep the recording in a file, or replay it from there
  --source-mirror PREFIX=URL|DIR
                         read sources from elsewhere

Proxies: HTTPS_PROXY, HTTP_PROXY, NO_PROXY. Credentials: HTTP_AUTH, NETRC.
More: docs/network.md`,
  },
  policy: {
    summary: 'letting packages pass that are not reproduced',
    text: () => `Policy and baseline

A policy lets a package pass that is not reproduced, by rules that each have a
reason, an owner and a last day. A baseline lets pass what is not worse than
it was. Neither changes a verdict, and neither accepts what is rejected.

  wolfi-repro policy add --policy policy.yaml --from result.json \\
      owner=ann@example.org reason=dates
  wolfi-repro verify --policy policy.yaml curl
  wolfi-repro baseline write -o baseline.jsonl result.json
  wolfi-repro verify --baseline baseline.jsonl curl

More: docs/policy.md`,
  },
  variables: {
    summary: 'environment variables that are read',
    text: () => `Environment variables

  WOLFI_REPRO_CONFIG       the file of settings, as --config
  WOLFI_REPRO_<OPTION>     any option, such as WOLFI_REPRO_JOBS=4
                           (docs/configuration.md)
  XDG_CACHE_HOME           where the cache folder lies
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY
                           proxies
  HTTP_AUTH, NETRC         credentials (docs/inputs.md)
  NO_COLOR, FORCE_COLOR    colours
  CI                       where it is set, progress is plain lines
  SSH_AUTH_SOCK            the ssh-agent of --attest-agent`,
  },
};
