/** Scans that were kept: a package with content that only a scan tells of, verified again where there is no syft. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeBundle } from '../../src/bundle/bundle.ts';
import { openBundle } from '../../src/bundle/open.ts';
import { sha256 } from '../../src/digest.ts';
import { Failure } from '../../src/failure.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { rebuild } from '../../src/rebuild.ts';
import { reportFormatNames } from '../../src/report/format-names.ts';
import { reportFormats } from '../../src/report/formats.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { repack, withSbom } from '../support/parts.ts';
import { schemaValidator } from '../support/schemas.ts';
import { assertReproduced, cache, cannotRebuild, explain } from './lab-run.ts';
import { optionsWithSyft, publishContent } from './published-content.ts';

mkdirSync(cache, { recursive: true });
const work = mkdtempSync(join(cache, 'kept-scans-'));
after(() => rmSync(work, { recursive: true, force: true }));

/** A program of our own in syft's place that finds one archive of Java, or nothing. */
function javaSyft(name: string, finds: boolean): string {
  const id = '0123456789abcdef';
  const place = 'acquired package info from installed java archive: /usr/share/lab.jar';
  const element = {
    name: 'lab',
    SPDXID: `SPDXRef-Package-java-archive-lab-${id}`,
    versionInfo: '1.0',
    supplier: 'NOASSERTION',
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    sourceInfo: place,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
  };
  const artifact = {
    id,
    name: 'lab',
    version: '1.0',
    type: 'java-archive',
    locations: [{ path: '/usr/share/lab.jar' }],
  };
  const list = <V>(value: V) => (finds ? [value] : []);
  const path = join(work, name);
  const script = `#!/bin/sh
for word in "$@"; do case $word in spdx-json=*) spdx=\${word#*=};; syft-json=*) syft=\${word#*=};; esac; done
cat > "$spdx" <<'END'
${JSON.stringify({ packages: list(element) })}
END
cat > "$syft" <<'END'
${JSON.stringify({ artifacts: list(artifact), descriptor: { version: `9 ${name}` } })}
END
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

const syft = javaSyft('finding', true);
const blind = javaSyft('blind', false);
const script = 'mkdir -p "$OUT/usr/share"\nprintf jar > "$OUT/usr/share/lab.jar"';
/** The same with a package of Node beside it, which a file shows. */
const shown = `${script}
mkdir -p "$OUT/usr/lib/node_modules/demo"
printf '{"name":"demo","version":"1.0.0","license":"MIT"}' > "$OUT/usr/lib/node_modules/demo/package.json"`;

describe('a kept scan', { skip: cannotRebuild, concurrency: false }, () => {
  let published = '';
  let scan = '';
  before(async () => {
    published = await publishContent(work, {
      script,
      options: optionsWithSyft([syft]),
      folder: 'production-D',
    });
    const folder = join(work, 'kept');
    const result = await verifyOne(published, optionsWithSyft([syft], { keepScansIn: folder }));
    assertReproduced(result, 'unsigned');
    assert.deepEqual(wordsOf(result), []);
    const names = readdirSync(join(folder, 'x86_64'));
    assert.equal(names.length, 1);
    assert.match(names[0]!, /^hello-shell\.[0-9a-f]{12}\.[0-9a-f]{12}\.scan\.json$/);
    scan = join(folder, 'x86_64', names[0]!);
  });

  const given = (path: string, extra: Partial<RunOptions> = {}): RunOptions =>
    optionsWithSyft([], { scans: [{ name: path, bytes: readFileSync(path) }], ...extra });

  it('is kept the same, byte for byte, whenever it is made, also by a rebuild', async () => {
    const folder = join(work, 'kept-again');
    const target = { directory: mkdtempSync(join(work, 'rebuilt-')), signingKey: undefined };
    await rebuild(published, target, optionsWithSyft([syft], { keepScansIn: folder }));
    const [name] = readdirSync(join(folder, 'x86_64'));
    assert.ok(readFileSync(join(folder, 'x86_64', name!)).equals(readFileSync(scan)));
  });

  it('makes the SBOM again without a syft, and every report says whose word it is', async () => {
    const without = await verifyOne(published, optionsWithSyft([]));
    assert.equal(reasonOf(without), 'not-reproduced sbom-only');
    const result = await verifyOne(published, given(scan));
    assertReproduced(result, 'unsigned');
    const digest = sha256(readFileSync(scan));
    assert.deepEqual(
      result.plan!.plan.builder.scan?.kept.map((each) => each.sha256),
      [digest],
    );
    assert.deepEqual(result.scan?.chosen, 0);
    assert.equal(result.scan.tried[0]!.kept, digest);
    assert.equal(wordsOf(result).length, 1);
    for (const format of reportFormatNames) {
      const text = reportFormats[format].render({ packages: [result], verdict: 'reproduced', exitCode: 0 });
      assert.ok(text.replace(/\s+/g, ' ').includes('was not made here'), format);
    }
    const validate = schemaValidator('plan-1');
    assert.ok(validate(result.plan!.plan), JSON.stringify(validate.errors));
  });

  it('is asked for where a syft here finds something else, and not where one finds the same', async () => {
    const both = { scans: [{ name: scan, bytes: readFileSync(scan) }] };
    const asked = await verifyOne(published, optionsWithSyft([blind], both));
    assertReproduced(asked, 'unsigned');
    assert.equal(wordsOf(asked).length, 1);
    assert.deepEqual(
      asked.scan?.tried.map(({ outcome }) => outcome),
      ['differs', 'fits'],
    );
    const made = await verifyOne(published, optionsWithSyft([syft], both));
    assertReproduced(made, 'unsigned');
    assert.deepEqual(wordsOf(made), []);
    assert.equal(made.plan!.plan.builder.scan?.kept.length, 0);
  });

  it('of a different package is not tried, and the user is warned', async () => {
    const value = JSON.parse(readFileSync(scan, 'utf8'));
    value.package.version = '9-r0';
    const warnings: string[] = [];
    const result = await verifyOne(published, {
      ...optionsWithSyft([], {
        scans: [{ name: 'other', bytes: Buffer.from(`${JSON.stringify(value)}\n`) }],
      }),
      onProgress: (event) => event.kind === 'warning' && warnings.push(event.text),
    });
    assert.equal(reasonOf(result), 'not-reproduced sbom-only');
    assert.equal(result.scan, undefined);
    assert.equal(warnings.length, 1);
  });

  const forged: readonly (readonly [what: string, change: (value: Forged) => void, outcome: string])[] = [
    ['of a different tree', (value) => (value.tree = '0'.repeat(64)), 'other-tree'],
    ['with one version changed', (value) => (value.packages[0]!.element.versionInfo = '1.1'), 'differs'],
    ['with an element left out', (value) => (value.packages = []), 'differs'],
  ];
  for (const [what, change, outcome] of forged) {
    it(`has no say ${what}: the verdict is that without a scan`, async () => {
      const value = JSON.parse(readFileSync(scan, 'utf8'));
      change(value);
      const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
      const result = await verifyOne(published, optionsWithSyft([], { scans: [{ name: 'forged', bytes }] }));
      assert.equal(reasonOf(result), 'not-reproduced sbom-only', explain(result));
      assert.deepEqual([result.scan?.tried[0]?.outcome, result.scan?.chosen], [outcome, null]);
      assert.deepEqual(wordsOf(result), []);
    });
  }

  it('decides with the publisher alone what is said of content that is not read here, and the verdict says so', async () => {
    const other = (text: string) => text.replaceAll('"versionInfo": "1.0"', '"versionInfo": "6.6"');
    const path = join(mkdtempSync(join(work, 'agreed-')), 'hello-shell-1.4.2-r3.apk');
    writeFileSync(path, await repack(published, (parts) => withSbom(parts, other)));
    const value = JSON.parse(readFileSync(scan, 'utf8'));
    value.packages[0].element.versionInfo = '6.6';
    const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
    const result = await verifyOne(path, optionsWithSyft([], { scans: [{ name: 'agreed', bytes }] }));
    assertReproduced(result, 'unsigned');
    assert.equal(wordsOf(result).length, 1);
    const made = await verifyOne(path, optionsWithSyft([syft]));
    assert.equal(reasonOf(made), 'not-reproduced sbom-only');
  });

  it('that lists nothing does not hide what files show from an SBOM that leaves it out', async () => {
    const bare = await publishContent(work, {
      script: shown,
      options: optionsWithSyft([blind]),
      folder: 'production-D',
    });
    const folder = join(work, 'kept-blind');
    await verifyOne(bare, optionsWithSyft([blind], { keepScansIn: folder }));
    const [name] = readdirSync(join(folder, 'x86_64'));
    const result = await verifyOne(bare, given(join(folder, 'x86_64', name!)));
    assert.equal(result.scan?.tried[0]?.outcome, 'incomplete');
    assert.equal(reasonOf(result), 'inconclusive scan-needed');
  });

  it('that is not one ends the run', async () => {
    const options = optionsWithSyft([], { scans: [{ name: 'x', bytes: Buffer.from('{}') }] });
    await assert.rejects(
      verify([published], options),
      (failure) => failure instanceof Failure && failure.code === 'usage',
    );
  });

  describe('in a bundle', { concurrency: false }, () => {
    const bundle = join(work, 'scan.bundle');
    before(async () => {
      await writeBundle(published, bundle, 'test', given(scan));
    });

    it('makes the SBOM again where there is no syft, held to the plan of the bundle', async () => {
      const opened = await openBundle(bundle, 'test', optionsWithSyft([]));
      assert.deepEqual(opened.manifest.scans, [`scans/${sha256(readFileSync(scan))}`]);
      assert.equal(opened.options.expectedPlan, opened.manifest.plan);
      const result = await verifyOne(opened.path, opened.options);
      assertReproduced(result, 'unsigned');
      assert.equal(wordsOf(result).length, 1);
      assert.equal(result.plan!.identity, opened.manifest.plan);
    });

    it('is not used where a syft here finds the same', async () => {
      const opened = await openBundle(bundle, 'test', optionsWithSyft([syft]));
      const result = await verifyOne(opened.path, opened.options);
      assertReproduced(result, 'unsigned');
      assert.deepEqual(wordsOf(result), []);
    });

    it('is not written beside a syft, which a bundle cannot hold', async () => {
      const target = join(work, 'no.bundle');
      await assert.rejects(
        writeBundle(published, target, 'test', optionsWithSyft([syft])),
        (failure) => failure instanceof Failure && failure.code === 'usage',
      );
    });
  });
});

interface Forged {
  tree: string;
  packages: { element: { versionInfo: string } }[];
}

async function verifyOne(path: string, options: RunOptions): Promise<PackageResult> {
  return (await verify([path], options)).packages[0]!;
}

/** What a verdict says of a scan that was not made here; other caveats are those of packages that nobody signed. */
function wordsOf({ caveats }: PackageResult): string[] {
  return caveats.filter((caveat) => caveat.includes('the scan of the files was not made here'));
}

function reasonOf({ verdict }: PackageResult): string {
  return verdict.kind === 'reproduced' ? verdict.kind : `${verdict.kind} ${verdict.reason}`;
}
