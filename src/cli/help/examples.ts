/** Three calls of each command that does something, as its help shows them. */

const key = '--key lab.rsa.pub';

/** By the words that call a command; each example is what comes behind them. */
export const examples: Readonly<Record<string, readonly [string, string, string]>> = {
  verify: [
    'curl',
    `${key} --repository ./environment hello-1.0-r0.apk`,
    '--quiet --output result.json --output report.html ./packages/',
  ],
  inspect: [
    'hello-1.0-r0.apk',
    '--entries --output hello.html hello-1.0-r0.apk',
    '--format json curl:aarch64',
  ],
  lock: [
    '--format text curl',
    `${key} --repository ./environment hello-1.0-r0.apk`,
    '--bundle curl.bundle curl',
  ],
  fetch: ['curl', 'curl=8.9.1-r0 zlib', '--source-mirror https://=./mirror hello-1.0-r0.apk'],
  rebuild: [
    '-o rebuilt curl',
    '-o rebuilt --signing-key mine.rsa hello-1.0-r0.apk',
    '-o rebuilt --all-outputs curl',
  ],
  index: [
    'packages/x86_64',
    '--signing-key mine.rsa packages/x86_64',
    '--signing-key mine.rsa packages/aarch64',
  ],
  diff: [
    'published.apk rebuilt.apk',
    '--format html published rebuilt > differences.html',
    'old.bin <(curl -s https://example.org/new.bin)',
  ],
  report: [
    'result.json',
    '--format markdown --output all.json --output all.html shard-*.json',
    '--policy policy.yaml --format junit result.jsonl',
  ],
  attest: [
    '--attest-key rebuilder.pem --output-dir attestations result.json',
    '--attest-agent SHA256:… --output-dir attestations result.json',
    '--attest-key rebuilder.pem --output-dir attestations --layout --trust trust.yaml --require 2 result.json',
  ],
  'verify-attestation': [
    '--trust trust.yaml --require 2 attestations',
    '--trust trust.yaml --require 2 --package hello-1.0-r0.apk attestations',
    '--trust trust.yaml --require 1 --no-dissent attestations',
  ],
  'gate-index': [
    '--trust trust.yaml --require 2 --signing-key gate.rsa packages/x86_64 attestations',
    '--trust trust.yaml --require 2 --signing-key gate.rsa --out gated/x86_64 https://packages.wolfi.dev/os/x86_64 attestations',
    '--trust trust.yaml --require 2 --signing-key gate.rsa --format json packages/x86_64 attestations',
  ],
  worker: [
    '--database postgres://db.example/sweep --artifacts /srv/results',
    '--database postgres://db.example/sweep --artifacts s3://results/wolfi --tag big --jobs 4',
    '--rebuilderd https://rebuilder.example --attest-key rebuilder.pem',
  ],
  'policy check': ['--policy policy.yaml', '--policy policy.yaml --today 2027-01-01', '--policy strict.yaml'],
  'policy explain': [
    '--policy policy.yaml result.json',
    '--policy policy.yaml curl=8.9.1-r0:x86_64',
    '--policy policy.yaml --today 2027-01-01 curl',
  ],
  'policy add': [
    '--policy policy.yaml --from result.json owner=ann@example.org "reason=the date of the build; fixed upstream"',
    '--policy policy.yaml id=curl-dates package=curl verdict=not-reproduced cause=timestamp owner=ann@example.org reason=dates',
    '--policy policy.yaml --from result.json owner=ann@example.org reason=dates until=2027-01-31',
  ],
  'policy prune': [
    '--policy policy.yaml',
    '--policy policy.yaml result.json',
    '--policy policy.yaml --dry-run result.json',
  ],
  'baseline write': [
    '-o baseline.jsonl result.json',
    '-o baseline.jsonl shard-*.json',
    '-o baseline.jsonl -',
  ],
  'baseline diff': [
    'baseline.jsonl result.json',
    'baseline.jsonl shard-*.jsonl',
    '--allow-incomplete baseline.jsonl shard-*.jsonl',
  ],
  'status show': ['sweep', '--format json sweep', '--watch sweep'],
  'status regressions': ['sweep', '--format json sweep', './sweeps/july'],
  'status flaky': ['sweep', '--format json sweep', './sweeps/july'],
  'status next': ['sweep', '--format json sweep', './sweeps/july'],
  'status site': ['sweep site', '--site-url https://repro.example sweep site', './sweeps/july ./public'],
  export: [
    'sweep -o dataset',
    'sweep -o dataset --parquet --author "A. Researcher"',
    'sweep -o lists --mirror-list',
  ],
  'sweep plan': [
    './wolfi --repository https://packages.wolfi.dev/os',
    '--dry-run --changed-since 2026-11-01 ./wolfi',
    '--priority gate ./wolfi curl openssl*',
  ],
  'sweep run': ['./wolfi', '--jobs 4 ./wolfi', '--jobs 2 --tag large ./wolfi'],
  'sweep pause': ['./wolfi', '--no-color ./wolfi', './sweeps/july'],
  'sweep resume': ['./wolfi', '--no-color ./wolfi', './sweeps/july'],
  'sweep cancel': ['./wolfi', '--no-color ./wolfi', './sweeps/july'],
  'sweep export': [
    '--rebuilderd https://rebuilder.example ./wolfi',
    '--rebuilderd https://rebuilder.example --dry-run ./wolfi curl',
    '--rebuilderd http://127.0.0.1:8484 --distribution wolfi-test ./wolfi py3-*',
  ],
  'sweep retry': ['./wolfi', './wolfi curl', './sweeps/july openssl*'],
  doctor: ['', '--format json', '--cache /var/cache/wolfi-repro'],
  'cache list': ['', '--cache /var/cache/wolfi-repro', '--no-color'],
  'cache verify': ['', '--cache /var/cache/wolfi-repro', '--no-color'],
  'cache prune': ['--older-than 30d', '--max-size 20G', '--older-than 8w --max-size 100G'],
  'config show': ['', '--format json', '--config ci.yaml'],
  'config check': ['', '--config ci.yaml', '--config ./settings/wolfi-repro.yaml'],
  'config path': ['', '--config ci.yaml', '--config none'],
  'config schema': ['', '> wolfi-repro.schema.json', '| less'],
  help: ['verify', 'exit-codes', 'policy add'],
  completion: [
    'bash > ~/.local/share/bash-completion/completions/wolfi-repro',
    'zsh > ~/.zfunc/_wolfi-repro',
    'fish > ~/.config/fish/completions/wolfi-repro.fish',
  ],
};

const mostColumns = 80;

/** The examples of a command as its help ends with them; empty where there are none. */
export function examplesText(words: string): string {
  const lines = (examples[words] ?? []).map((each) => broken(`wolfi-repro ${words} ${each}`.trim()));
  return lines.length === 0 ? '' : ['', 'Examples:', ...lines].join('\n');
}

/** A line that is too long goes on in the next, as a shell reads it: what stands between quotes stays whole. */
function broken(line: string): string {
  const lines: string[] = [];
  let current = ' ';
  for (const word of line.match(/"[^"]*"|[^ ]+/g) ?? []) {
    if (current.length + 1 + word.length + 2 > mostColumns) {
      lines.push(`${current} \\`);
      current = '     ';
    }
    current = `${current} ${word}`;
  }
  return [...lines, current].join('\n');
}
