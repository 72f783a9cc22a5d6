/** The examples of docs/attestations.md, run as they stand there, by two rebuilders. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { publicPem } from '../../src/attest/keys/attestation-key.ts';
import { readStatements } from '../../src/cli/statement-files.ts';
import { sha256 } from '../../src/digest.ts';
import { renderJson } from '../../src/report/json-report.ts';
import type { RunResult } from '../../src/verdict/result.ts';

import { rebuilder, sameBytes } from '../support/attestations.ts';
import { rootOptions } from '../support/cosign.ts';
import { makeFolder, temporaryFolder } from '../support/folder.ts';
import { lab, program as ownProgram, root, skipUnless } from '../support/lab.ts';
import { lacks } from '../support/programs.ts';

const page = readFileSync(join(root, 'docs/attestations.md'), 'utf8');
const commands = [...page.matchAll(/^\$ (.*)$/gm)].map(([, command]) => command!);
const trustFile = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
const [ofFolder, ofServer] = [...page.matchAll(/^ {4}(wolfi-repro .*)$/gm)].map(([, command]) => command!);
const lacksAgent = skipUnless(!spawnSync('ssh-agent', ['-?']).error, 'ssh-agent is not installed');
const golden = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');

function run(folder: string, command: string, env: Readonly<Record<string, string>> = {}) {
  const [name, ...argv] = command.split(' ');
  const [file, all] = name === 'wolfi-repro' ? [process.execPath, [ownProgram, ...argv]] : [name!, argv];
  const { status, stdout, stderr } = spawnSync(file, all, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
  });
  return { status, said: `${stdout}${stderr}` };
}

/** A folder with a result about the package, as `verify --output result.json` writes it. */
function prepared(folder: string, architecture = 'x86_64'): void {
  copyFileSync(golden, join(folder, 'hello-shell-1.4.2-r3.apk'));
  const result = sameBytes(sha256(readFileSync(golden)));
  const subject = { ...result.subject!, name: 'hello-shell', version: '1.4.2-r3', architecture };
  const run: RunResult = { packages: [{ ...result, subject }] as never, verdict: 'reproduced', exitCode: 0 };
  writeFileSync(join(folder, 'result.json'), renderJson(run));
}

/** Programs of others that the page shows, and what names each. */
const judges = [
  ['in-toto-verify', 'WOLFI_REPRO_IN_TOTO'],
  ['cosign', 'WOLFI_REPRO_COSIGN'],
  ['repro-threshold', 'WOLFI_REPRO_THRESHOLD'],
] as const;

describe('docs/attestations.md', { skip: lacks('openssl') }, () => {
  const folder = makeFolder();
  after(() => rmSync(folder, { recursive: true }));

  it('has examples that work as they stand there', () => {
    prepared(folder);
    const two = rebuilder('two', 'ecdsa-p256');
    writeFileSync(join(folder, 'two.pem'), two.privatePem);
    writeFileSync(join(folder, 'two.pub'), publicPem(two.signer.key));
    writeFileSync(join(folder, 'trust.yaml'), trustFile);
    assert.equal(commands.length, 5);
    for (const command of commands) {
      const { status, said } = run(folder, command);
      // One rebuilder alone is too few.
      const isFirst = command.includes('verify-attestation');
      assert.equal(status, isFirst ? 4 : 0, `${command}: ${said}`);
      if (command.includes('openssl pkey '))
        copyFileSync(join(folder, 'rebuilder.pub'), join(folder, 'one.pub'));
    }
    for (const ending of ['.verdict.json', '.link']) {
      const [own] = readdirSync(join(folder, 'attestations/x86_64')).filter((name) => name.endsWith(ending));
      copyFileSync(join(folder, 'attestations/x86_64', own!), join(folder, `own${ending}`));
    }
    const second = 'wolfi-repro attest --attest-key two.pem --output-dir attestations result.json';
    assert.equal(run(folder, second).status, 0);
    const verify = commands.find((command) => command.includes('verify-attestation'))!;
    const { status, said } = run(folder, verify);
    assert.equal(status, 0, said);
    assert.match(
      said,
      /^confirmed {2}hello-shell-1\.4\.2-r3\.apk\n {2}sha256 .*\n {2}agree {7}2 of 2 required: one, two\n/,
    );
    mkdirSync(join(folder, 'mirror/x86_64'), { recursive: true });
    copyFileSync(golden, join(folder, 'mirror/x86_64/hello-shell-1.4.2-r3.apk'));
    assert.equal(run(folder, 'openssl genrsa -out gate.rsa 2048').status, 0);
    const gated = run(folder, ofFolder!);
    assert.equal(gated.status, 0, gated.said);
    assert.deepEqual(readdirSync(join(folder, 'mirror/x86_64')), [
      'APKINDEX.tar.gz',
      'hello-shell-1.4.2-r3.apk',
    ]);
  });

  it('has no example that no test runs', () => {
    const unfenced = page.replaceAll(/^```[\s\S]*?^```$/gm, '');
    const blocks = [...unfenced.matchAll(/^ {4}(\S+) (?:.*\\\n)*.*$/gm)].map(([, program]) => program!);
    const [inToto, cosign, threshold] = judges.map(([program]) => program);
    assert.deepEqual(blocks, ['wolfi-repro', 'wolfi-repro', 'cd', inToto, cosign, '(echo', threshold]);
    // test/cli/gated-repository.test.ts runs this one.
    assert.match(ofServer!, / https:/);
    assert.equal(page.match(/^```\w+$/gm)?.length, 5);
  });

  for (const [program, variable] of judges)
    it(`shows what ${program} accepts`, {
      skip: skipUnless(process.env[variable] ?? '', `no ${program} at hand (${variable}=FILE)`),
    }, () => {
      const [example] = page.match(new RegExp(`^ {4}${program} (?:.*\\\\\n)*.*$`, 'm'))!;
      const alone = join(folder, 'a-folder-with-nothing-but-the-package');
      mkdirSync(alone, { recursive: true });
      copyFileSync(golden, join(alone, 'hello-shell-1.4.2-r3.apk'));
      if (example.includes('one.rust.pub')) inBash(/^ {4}(\(echo .*)$/m.exec(page)![1]!, folder);
      const script = example
        .replace(program, '"$JUDGE"')
        .replace(
          / --key/,
          (option) => [...(program === 'cosign' ? ['', ...rootOptions(folder)] : [])].join(' ') + option,
        )
        .replace('attestations/x86_64', `'${folder}/attestations/x86_64'`)
        .replace('hello-1.0-r0.apk.layout', `'${folder}/attestations/x86_64/hello-shell-1.4.2-r3.apk.layout'`)
        .replace('hello-1.0-r0.apk.0b5aa700.verdict.json', `'${folder}/own.verdict.json'`)
        .replace('"rebuild hello-1.0-r0.apk.0b5aa700.link"', `'${folder}/own.link'`)
        .replace('hello-1.0-r0.apk', 'hello-shell-1.4.2-r3.apk')
        .replace(/(?<= )(rebuilder\.pub|one\.pub|one\.rust\.pub)/, (name) => `'${join(folder, name)}'`);
      inBash(script, alone, process.env[variable]);
    });

  function inBash(script: string, cwd: string, judge = ''): void {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: folder, JUDGE: judge },
    });
    assert.equal(status, 0, `${script}\n${stdout}${stderr}`);
  }
});

describe('a key that is never read', { skip: lacks('openssl') }, () => {
  /** Verifies by what `attest` wrote with a signer. */
  function requireSigned(
    folder: string,
    publicFile: string,
    options: string,
    env: Readonly<Record<string, string>> = {},
  ): void {
    prepared(folder);
    writeFileSync(join(folder, 'trust.yaml'), `rebuilders: [{name: one, keys: [{file: ${publicFile}}]}]`);
    const signed = run(folder, `wolfi-repro attest ${options} --output-dir out result.json`, env);
    assert.equal(signed.status, 0, signed.said);
    const verified = run(folder, 'wolfi-repro verify-attestation --trust trust.yaml --require 1 out');
    assert.equal(verified.status, 0, verified.said);
  }

  for (const type of ['ed25519', 'ecdsa']) {
    it(`signs in ssh-agent: ${type}`, { skip: lacksAgent }, (test) => {
      const folder = temporaryFolder(test);
      const at = (name: string) => join(folder, name);
      const started = spawnSync('ssh-agent', ['-s', '-a', at('agent')], { encoding: 'utf8' });
      const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started.stdout)![1]);
      test.after(() => process.kill(pid));
      const env = { SSH_AUTH_SOCK: at('agent') };
      spawnSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', at('key')]);
      spawnSync('ssh-add', ['-q', at('key')], { env: { ...process.env, ...env } });
      const listed = spawnSync('ssh-add', ['-l'], {
        env: { ...process.env, ...env },
        encoding: 'utf8',
      }).stdout;
      const fingerprint = listed.split(' ')[1]!;
      requireSigned(folder, 'key.pub', `--attest-agent ${fingerprint}`, env);
      const none = run(
        folder,
        'wolfi-repro attest --attest-agent SHA256:none --output-dir out result.json',
        env,
      );
      assert.equal(none.status, 2, none.said);
    });
  }

  it('signs behind a program, which is started without a shell, and is not believed', (test) => {
    const folder = temporaryFolder(test);
    const { privatePem, signer } = rebuilder('one');
    writeFileSync(join(folder, 'one.pem'), privatePem);
    writeFileSync(join(folder, 'one.pub'), publicPem(signer.key));
    const program = (name: string, text: string) =>
      writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    // openssl wants a file: it cannot sign what comes through a pipe with Ed25519.
    program('sign; false', 'cat > pae && exec openssl pkeyutl -sign -rawin -inkey one.pem -in pae');
    const argv = [
      'attest',
      '--sign-command',
      'sign; false',
      '--sign-key',
      'one.pub',
      '--output-dir',
      'out',
      'result.json',
    ];
    prepared(folder);
    const { status, stderr } = spawnSync(process.execPath, [ownProgram, ...argv], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    requireSigned(folder, 'one.pub', '--attest-key one.pem');
    const bad = {
      silent: 'true',
      failing: 'exit 3',
      endless: 'cat /dev/zero',
      wrong: 'head -c 64 /dev/zero',
    };
    for (const [name, text] of Object.entries(bad)) {
      program(name, text);
      const { status: code, said } = run(
        folder,
        `wolfi-repro attest --sign-command ${name} --sign-key one.pub --output-dir out result.json`,
      );
      assert.equal(code, 2, `${name}: ${said}`);
    }
  });
});

describe('a key', () => {
  it('is named by no message, and none of it is in a file that is written', (test) => {
    const folder = temporaryFolder(test);
    prepared(folder);
    const { privatePem } = rebuilder('one');
    const secrets = [privatePem.split('\n')[1]!, privatePem.split('\n')[1]!.slice(20, 50)];
    const encrypted = privatePem.replaceAll('PRIVATE KEY', 'ENCRYPTED PRIVATE KEY');
    const broken = privatePem.replace(/\n.{10}/, '\nAAAAAAAAAA');
    for (const [name, text] of Object.entries({
      'key.pem': privatePem,
      'encrypted.pem': encrypted,
      'broken.pem': broken,
    })) {
      writeFileSync(join(folder, name), text);
      const { status, said } = run(
        folder,
        `wolfi-repro attest --attest-key ${name} --output-dir out result.json`,
      );
      assert.equal(status, name === 'key.pem' ? 0 : 2, said);
      for (const secret of secrets) assert.ok(!said.includes(secret));
    }
    for (const entry of readdirSync(join(folder, 'out'), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
      for (const secret of secrets) assert.ok(!text.includes(secret));
    }
  });

  it('is asked for before anything is built, and so is whom to trust', (test) => {
    const folder = temporaryFolder(test);
    prepared(folder);
    mkdirSync(join(folder, 'statements'));
    for (const command of [
      'verify --attest out hello-shell-1.4.2-r3.apk',
      'attest --output-dir out result.json',
      'attest --output-dir out --attest-key result.json result.json',
      'verify-attestation --trust result.json --require 1 result.json',
      'verify-attestation --trust result.json --require 1 statements',
    ]) {
      const { status, said } = run(folder, `wolfi-repro ${command}`);
      assert.equal(status, 2, `${command}: ${said}`);
      assert.doesNotMatch(said, /internal/);
    }
    // A dissent behind a link would be dropped.
    symlinkSync('../result.json', join(folder, 'statements/dissent.json'));
    assert.throws(() => readStatements([join(folder, 'statements')]), /dissent\.json is a link/);
  });
});
