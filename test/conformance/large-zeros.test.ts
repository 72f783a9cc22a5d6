/** An honest package that compresses out of all proportion: bounds for strangers' files must not refuse it, nor what is rebuilt of it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { parseSigningKey } from '../../src/apk/private-key.ts';
import { rebuild } from '../../src/rebuild.ts';
import { verify } from '../../src/verify.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lab } from '../support/lab.ts';
import { writeSlowPackage } from '../support/slow-package.ts';
import { assertReproduced, cannotRebuild, explain, labOptions } from './lab-run.ts';

it('100 MB of zeros are rebuilt, signed and reproduced, and where the file has others they are only different', {
  skip: cannotRebuild,
}, async (t) => {
  const folder = temporaryFolder(t);
  const share = 'melange-out/hello-shell/usr/share';
  const zeros = [`mkdir -p ${share}`, `head -c 100000000 /dev/zero > ${share}/zeros`];
  const draft = await writeSlowPackage(folder, 'hello-shell-1.4.2-r3.apk', zeros);
  const options = labOptions({ allowUnsigned: true, repeat: 2 });
  const { packages } = await verify([draft], options);
  assert.equal(packages[0]!.verdict.kind, 'not-reproduced', explain(packages[0]!));
  const key = readFileSync(join(lab, 'lab.rsa'), 'utf8');
  const signingKey = parseSigningKey('lab.rsa', Buffer.from(key));
  const built = await rebuild(draft, { directory: join(folder, 'out'), signingKey }, options);
  const again = await verify([built.path], labOptions());
  assertReproduced(again.packages[0]!, 'valid');
});
