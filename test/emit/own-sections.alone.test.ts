import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { controlFile } from '../../src/apk/apk.ts';
import { pkgInfoValue } from '../../src/apk/pkginfo.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { parseRecipe } from '../../src/claim/recipe/parse.ts';
import { packagePart } from '../../src/emit/emit-pkginfo.ts';
import { controlEntries, emitControl, emitSignature } from '../../src/emit/own-sections.ts';
import { sourceOf } from '../support/apk-builder.ts';
import { temporaryFolder } from '../support/folder.ts';
import { goldens, lab } from '../support/lab.ts';
import { labPackage } from '../support/lab-packages.ts';
import { lacks } from '../support/programs.ts';
import { formatAt, recipeOf } from './sbom/input.ts';

test('signature and control sections of every package of the lab come out byte for byte', async () => {
  for (const { file, melange } of goldens()) {
    const bytes = readFileSync(join(lab, file));
    const apk = await labPackage(file);
    const format = formatAt(melange);
    const generation = format.deflate;
    const info = apk.control.pkginfo;
    const mtime = Number(pkgInfoValue(info, 'builddate') ?? 0);
    const { recipe } = parseRecipe(controlFile(apk, '.melange.yaml')!);
    const files = {
      pkginfo: controlFile(apk, '.PKGINFO')!,
      recipe: controlFile(apk, '.melange.yaml')!,
      scriptlets: packagePart(recipe, pkgInfoValue(info, 'pkgname')!)!.scriptlets,
    };
    const control = emitControl(controlEntries(files, mtime), generation);
    assert.deepEqual(Buffer.from(control), bytes.subarray(apk.control.start, apk.control.end), file);
    const signature = apk.signature?.signatures[0];
    if (signature === undefined) continue;
    const section = emitSignature(signature.bytes, signature, format, mtime, generation);
    assert.deepEqual(Buffer.from(section), bytes.subarray(0, apk.signature!.end), file);
  }
});

test('openssl verifies the signature out of a section that was written around it', {
  skip: lacks('openssl', 'tar'),
}, async (context) => {
  const folder = temporaryFolder(context);
  const versions = new Set(['v0.17.7', 'v0.59.1']);
  const files = goldens().filter(
    ({ file, melange }) => versions.has(melange) && file.includes('/hello-shell-'),
  );
  assert.equal(files.length, 2);
  for (const { file, melange } of files) {
    const apk = await readApk(sourceOf(readFileSync(join(lab, file))));
    const { algorithm, keyName, bytes } = apk.signature!.signatures[0]!;
    const format = formatAt(melange);
    const section = emitSignature(bytes, { algorithm, keyName }, format, 0, format.deflate);
    writeFileSync(join(folder, 'section.tar'), gunzipSync(section));
    writeFileSync(join(folder, 'control'), apk.control.bytes);
    const member = `.SIGN.${algorithm}.${keyName}`;
    const extracted = execFileSync('tar', ['-xOf', 'section.tar', '--', member], { cwd: folder });
    writeFileSync(join(folder, 'signature'), extracted);
    const digest = algorithm === 'RSA' ? '-sha1' : '-sha256';
    const argv = ['dgst', digest, '-verify', join(lab, 'lab.rsa.pub'), '-signature', 'signature', 'control'];
    assert.match(execFileSync('openssl', argv, { cwd: folder }).toString(), /^Verified OK/, file);
  }
});

test('scriptlets are present where they have a text, executable, sorted with the other files', () => {
  const { scriptlets } = recipeOf().package;
  const files = {
    pkginfo: Buffer.from('info'),
    recipe: Buffer.from('recipe'),
    scriptlets: {
      ...scriptlets,
      trigger: { script: 'é', paths: [] },
      preInstall: '#!/bin/sh',
      postUpgrade: 'x',
    },
  };
  const entries = controlEntries(files, 7).map(({ header }) => [
    header.name,
    header.mode,
    header.size,
    header.mtime,
  ]);
  assert.deepEqual(entries, [
    ['.PKGINFO', 0o644, 4, 7],
    ['.melange.yaml', 0o644, 6, 7],
    ['.post-upgrade', 0o755, 1, 7],
    ['.pre-install', 0o755, 9, 7],
    ['.trigger', 0o755, 2, 7],
  ]);
});
