/**
 * Every command of the README's table, as a newcomer types it in an empty home beside what `/given` and `/environment` hold. Each works with what those
 * before it left.
 */
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lab } from '../support/lab.ts';

const apk = 'hello-shell-1.4.2-r3.apk';
const key = '--key /given/lab.rsa.pub';
const built = `${key} --repository /environment`;
const trust = '--trust /given/trust.yaml --require 1';

/** What follows `wolfi-repro`; each exits with 0. */
export const documentedCommands: readonly string[] = [
  `verify ${built} --output result.json --output result.html /given/${apk}`,
  `inspect ${key} --output inspection.html /given/${apk}`,
  `lock ${built} --bundle hello.bundle /given/${apk}`,
  `verify ${key} --bundle hello.bundle --offline`,
  `fetch ${built} /given/${apk}`,
  `rebuild ${built} --all-outputs -o rebuilt /given/${apk}`,
  `index --signing-key /given/gate.rsa rebuilt/x86_64`,
  `diff /given/${apk} rebuilt/x86_64/${apk}`,
  'report --format markdown result.json',
  'attest --attest-key /given/rebuilder.pem --output-dir attestations result.json',
  `verify-attestation ${trust} --package rebuilt/x86_64/${apk} attestations`,
  'policy check --policy /given/policy.yaml',
  'baseline write -o baseline.jsonl result.json',
  `gate-index ${trust} --signing-key /given/gate.rsa --out gated rebuilt/x86_64 attestations`,
  `sweep plan ./study ${key} --repository ./rebuilt`,
  `sweep run ./study ${built}`,
  'status show ./study',
  'export ./study -o dataset',
  'cache list',
  'config show',
  'doctor',
  'help exit-codes',
  'completion bash',
];

/** Those that build nothing and need nothing of the others but the result of the first. */
export const quickCommands: readonly string[] = documentedCommands.filter((line) =>
  /^(report|attest|policy|baseline|cache|config|doctor|help|completion)\b/.test(line),
);

/** Commands of the table that need more than this machine has, and where they are typed. */
export const documentedElsewhere: Readonly<Record<string, string>> = {
  worker: 'test/cli/sweep-database.test.ts: it needs a PostgreSQL or a rebuilderd',
};

/** Writes what the commands are given besides a package. */
export function giveFiles(folder: string): void {
  const pair = generateKeyPairSync('ed25519');
  const files = {
    'rebuilder.pem': pair.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    'rebuilder.pub': pair.publicKey.export({ type: 'spki', format: 'pem' }),
    'trust.yaml': 'rebuilders: [{ name: me, keys: [{ file: rebuilder.pub }] }]\n',
    'policy.yaml': 'rules: []\n',
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  copyFileSync(join(lab, 'lab.rsa'), join(folder, 'gate.rsa'));
}
