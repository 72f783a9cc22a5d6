/** Packages as Wolfi's production builder publishes them, rebuilt: the SBOM included. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Apk } from '../../src/apk/apk.ts';
import { sbomEntryOf } from '../../src/claim/sbom/sbom-entry.ts';
import { isUnequal } from '../../src/compare/comparison.ts';
import type { SbomDifference } from '../../src/compare/sbom-elements.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { regenerateSbom } from '../../src/inference/regenerated-sbom.ts';
import { renderText } from '../../src/report/text-report.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { goText, languageMutations, mutatedForms, mutations } from '../inference/production/mutations.ts';
import {
  golden,
  type ProductionGolden,
  productionGoldens,
  productionLab,
  readPackage,
} from '../inference/production/support.ts';
import { goldens, sharedLab } from '../support/lab.ts';
import { languageTrees } from '../support/language-trees.ts';
import { readWhole, repack, withSbom } from '../support/parts.ts';
import { commandPath, makeGoProgram, syftPrograms } from '../support/programs-of-languages.ts';
import { packedSources } from '../support/sources.ts';
import { oneIn } from '../support/thorough.ts';
import { assertReproduced, cache, cannotRebuild, cannotRebuildFrom, explain, labOptions } from './lab-run.ts';
import { optionsWithSyft, publishContent } from './published-content.ts';

mkdirSync(cache, { recursive: true });
const work = mkdtempSync(join(cache, 'production-'));
after(() => rmSync(work, { recursive: true, force: true }));

const isTaken = oneIn(30);
/** Of packages that are reproduced, which `npm run fidelity` has all. */
const isRebuilt = oneIn(90);

describe('production packages', { skip: cannotRebuildFrom(), concurrency: false }, () => {
  const reasonOf = ({ file }: ProductionGolden) => cannotRebuildFrom(join(productionLab, file));
  const rebuildable = productionGoldens.filter(
    ({ reproducible, aarch64, environment }) => reproducible && aarch64 !== true && environment !== 'larger',
  );
  for (const each of rebuildable.filter((one) => reasonOf(one) !== false))
    it(`come out reproduced: ${each.file}`, { skip: reasonOf(each) });
  for (const [title, all] of grouped(rebuildable.filter((each) => reasonOf(each) === false))) {
    const group = all.filter(isRebuilt);
    it(`come out reproduced, generator and variant named: ${title}`, async () => {
      const { packages } = await verify(
        group.map(({ file }) => join(productionLab, file)),
        labOptions({ ...optionsOf(group[0]!), allowUnsigned: true }),
      );
      for (const [at, result] of packages.entries()) {
        assertReproduced(result, result.file.includes('manyfiles') ? 'unsigned' : 'valid');
        const { sbomGenerator, sbomRecord } = result.plan!.plan.builder;
        assert.equal(sbomGenerator, 'production');
        assert.equal(sbomRecord?.fit, 'id-and-cpes');
        assert.ok(sbomRecord.forms.includes(group[at]!.form));
        assert.ok(result.findings.some(({ kind }) => kind === 'sbom-paths-match'));
      }
      const text = renderText({ packages, verdict: 'reproduced', exitCode: 0 });
      assert.equal(text.match(/SBOM by production \(form [A-D]/g)?.length, group.length);
    });
  }

  for (const { file, sourceDir } of productionGoldens.filter(({ reproducible }) => !reproducible)) {
    it(`are not reproduced where the record names different paths, and these are named: ${file}`, async () => {
      const options = labOptions(optionsOf(sourceDir === undefined ? {} : { sourceDir }));
      const { packages } = await verify([join(productionLab, file)], options);
      const [result] = packages;
      const { verdict } = result!;
      assert.equal(verdict.kind === 'not-reproduced' && verdict.reason, 'sbom-only', explain(result!));
      assert.equal(result!.explanation?.explained, 'proven');
      assert.deepEqual(
        sbomDifferencesOf(result!).map(({ kind }) => kind),
        ['other-id'],
      );
      const named = result!.findings.find(({ kind }) => kind === 'sbom-paths-differ');
      assert.match(named?.detail ?? '', /usr\/bin\/hello-bash|usr\/include\/flint\.h|usr\/lib\/libpebble\.a/);
      const text = renderText({ packages, verdict: 'not-reproduced', exitCode: 1 });
      assert.match(
        text.replace(/\s+/g, ' '),
        /the id of one element, a hash of a record; no file of the package/,
      );
    });
  }

  for (const folder of mutatedForms) {
    for (const { what, apply, explained, paths } of mutations.filter(isTaken)) {
      const original = golden(folder, 'scripted-1.0_rc2-r7');
      const skip = cannotRebuildFrom(original);
      it(`are not reproduced once tampered with: ${what} in ${folder}`, { skip }, async () => {
        const path = join(work, 'scripted-1.0_rc2-r7.apk');
        writeFileSync(path, await apply(original));
        const [result] = (await verify([path], labOptions())).packages;
        assert.equal(result!.verdict.kind, 'not-reproduced', explain(result!));
        const witness = {
          'paths-match': 'sbom-paths-match',
          'paths-differ': 'sbom-paths-differ',
          unknown: 'sbom-record-unknown',
        }[paths];
        assert.ok(result!.findings.some(({ kind }) => kind === witness));
        // A tampered tree has the old SBOM, which the rebuild gives: there the witness explains.
        if (!what.includes('tree')) assertExplained(sbomDifferencesOf(result!), explained);
      });
    }
  }

  for (const folder of ['production-C', 'production-D']) {
    for (const name of ['pylab-1.4.0-r2', 'gomods-1.3.0-r0']) {
      for (const { what, apply, end } of languageMutations.filter(isTaken)) {
        const original = golden(folder, name);
        const skip = cannotRebuildFrom(original);
        it(`are not reproduced once tampered with: ${what} in ${folder}, ${name}`, { skip }, async () => {
          const path = join(work, `${name}.apk`);
          writeFileSync(path, await apply(original));
          const [result] = (await verify([path], labOptions())).packages;
          const { verdict } = result!;
          assert.equal(verdict.kind === 'reproduced' ? verdict.kind : verdict.reason, end, explain(result!));
        });
      }
    }
  }
});

/** By folder, and by what lies beside the recipe. */
function grouped(list: readonly ProductionGolden[]): Map<string, ProductionGolden[]> {
  const groups = new Map<string, ProductionGolden[]>();
  for (const each of list) {
    const title = [each.file.split('/')[1], each.sourceDir ?? ''].join(' ').trim();
    groups.set(title, [...(groups.get(title) ?? []), each]);
  }
  return groups;
}

function optionsOf({ sourceDir }: Pick<ProductionGolden, 'sourceDir'>): Partial<RunOptions> {
  const { cache: sources, mirror } = sharedLab === undefined ? {} : packedSources();
  return {
    ...(sources === undefined ? {} : { sourceCaches: [sources] }),
    ...(mirror === undefined ? {} : { sourceMirrors: [mirror] }),
    ...(sourceDir === undefined ? {} : { sourceDirectory: join(productionLab, sourceDir) }),
  };
}

function sbomDifferencesOf({ verdict }: PackageResult): readonly SbomDifference[] {
  const comparison = 'comparison' in verdict ? verdict.comparison : undefined;
  return comparison !== undefined && isUnequal(comparison) ? comparison.sbomDifferences : [];
}

function assertExplained(
  differences: readonly SbomDifference[],
  explained: readonly Partial<SbomDifference>[],
): void {
  for (const { kind, element } of explained) {
    const named = differences.some(
      (each) => each.kind === kind && (element ?? each.element) === each.element,
    );
    assert.ok(named, JSON.stringify(differences, undefined, 1));
  }
}

const programs = syftPrograms;
const lacksSyft = programs.length === 0 ? 'no syft at hand (WOLFI_REPRO_SYFT=FILE[:FILE...])' : cannotRebuild;
const sources = join(work, 'sources');
mkdirSync(sources);
const noGo = makeGoProgram(sources);

interface LanguageContent {
  readonly what: string;
  /** Of the one step of the recipe. */
  readonly script: string;
  /** Whether only a syft finds what production found. */
  readonly left: boolean;
  /** Whether it has one element. */
  readonly isOne: boolean;
  readonly skip: string | false;
}

const contents: readonly LanguageContent[] = [
  {
    what: 'a Python package that says where it is from',
    script: leftPythonScript(),
    left: true,
    isOne: true,
    skip: false,
  },
  { what: 'a Python package', script: pythonScript('MIT'), left: false, isOne: true, skip: false },
  {
    what: 'a Go program',
    script: 'install -D -m 755 tool "$OUT/usr/bin/tool"',
    left: false,
    isOne: false,
    skip: noGo,
  },
];

describe('production packages with language content', { skip: lacksSyft, concurrency: false }, () => {
  for (const { what, script, left, isOne, skip } of contents) {
    describe(what, { skip, concurrency: false }, () => {
      let published = '';
      before(async () => {
        published = await publish(script, programs.slice(0, 1));
      });

      it('comes out reproduced where syft scans what was built', async () => {
        const [result] = (await verify([published], contentOptions(programs))).packages;
        assertReproduced(result!, 'unsigned');
        const { scan, sbomRecord } = result!.plan!.plan.builder;
        assert.equal(scan?.programs.length, programs.length);
        assert.equal(sbomRecord?.fit, 'id-and-cpes');
        assert.equal(result!.scan?.chosen, 0);
        assert.equal(result!.scan.tried[0]?.outcome, 'fits');
        assert.match(result!.scan.tried[0].version, /^\d+\.\d+|\[not provided\]$/);
      });

      it('is reported with the program that fits where several are given, in any order', async () => {
        const given = [blindSyft(), ...programs];
        const [result] = (await verify([published], contentOptions(given))).packages;
        assertReproduced(result!, 'unsigned');
        const outcomes = result!.scan!.tried.map(({ outcome }) => outcome);
        assert.deepEqual([outcomes[0], outcomes[1], result!.scan!.chosen], ['differs', 'fits', 1]);
        assert.match(
          renderText({ packages: [result!], verdict: 'reproduced', exitCode: 0 }),
          /finds what production found[\s\S]*also tried: syft 0 does not find what production found/,
        );
      });

      it('is not reproduced with a syft that does not find them, and the report does not blame a missing scan', async () => {
        const [result] = (await verify([published], contentOptions([blindSyft()]))).packages;
        assert.equal(result!.verdict.kind, 'not-reproduced', explain(result!));
        const kinds = new Set(sbomDifferencesOf(result!).map(({ kind }) => kind));
        assert.deepEqual(kinds, new Set(['only-published']));
      });

      it('is not reproduced with syft where its elements were left out of the SBOM', async () => {
        const bare = await publish(script, []);
        const [result] = (await verify([bare], contentOptions(programs))).packages;
        assert.equal(result!.verdict.kind, 'not-reproduced', explain(result!));
        const kinds = new Set(sbomDifferencesOf(result!).map(({ kind }) => kind));
        assert.deepEqual(kinds, new Set(['only-rebuilt']));
      });

      if (!left) {
        it('comes out reproduced without syft as well, from the files themselves', async () => {
          const [result] = (await verify([published], contentOptions([]))).packages;
          assertReproduced(result!, 'unsigned');
        });

        // Of one element alone, one is all of them.
        for (const { what: change, apply, end } of isOne ? [] : languageMutations) {
          it(`is not reproduced once tampered with: ${change}`, async () => {
            const path = join(mkdtempSync(join(work, 'tampered-')), 'hello-shell-1.4.2-r3.apk');
            writeFileSync(path, await apply(published));
            const [result] = (await verify([path], contentOptions([]))).packages;
            const { verdict } = result!;
            assert.equal(
              verdict.kind === 'reproduced' ? verdict.kind : verdict.reason,
              end,
              explain(result!),
            );
          });
        }
        return;
      }

      it('differs only in the SBOM without syft, and every element that was not made again is named', async () => {
        const [result] = (await verify([published], contentOptions([]))).packages;
        assert.equal(result!.verdict.kind, 'not-reproduced');
        assert.equal(result!.verdict.kind === 'not-reproduced' && result!.verdict.reason, 'sbom-only');
        const differences = sbomDifferencesOf(result!);
        assert.ok(differences.length > 0);
        for (const { kind, element } of differences) {
          assert.equal(kind, 'unregenerated', element);
          assert.match(element, /^SPDXRef-Package-(python|go-module)-/);
        }
      });
    });
  }

  for (const folder of ['production-v0.59.1', 'production-C', 'production-D']) {
    it(`come out reproduced without syft where the files tell what it found: ${folder}`, async () => {
      const { files } = languageTrees.find(({ what }) => what === 'gems')!;
      const { files: nodeFiles } = languageTrees.find(({ what }) => what === 'packages of Node')!;
      const script = Object.entries({ ...files, ...nodeFiles })
        .map(([path, text]) => `install -D -m 644 /dev/null "$OUT/${path}"\n${written(text, `$OUT/${path}`)}`)
        .join('\n');
      const published = await publish(script, programs.slice(0, 1), folder);
      const { claim } = await readPackage(published);
      const elements = claim.sbom?.kind === 'readable' ? claim.sbom.elements : [];
      assert.equal(elements.filter(({ id }) => /-(gem|npm)-/.test(id)).length, 7);
      const [without] = (await verify([published], contentOptions([]))).packages;
      assertReproduced(without!, 'unsigned');
      const [result] = (await verify([published], contentOptions(programs))).packages;
      assertReproduced(result!, 'unsigned');
    });
  }

  for (const folder of ['production-v0.59.1', 'production-B-build-head', 'production-C', 'production-D']) {
    it(`come out reproduced with what any syft was kept to list, in any form: ${folder}`, async () => {
      const published = await publish(leftPythonScript(), programs.slice(0, 1), folder);
      const kept = join(mkdtempSync(join(work, 'kept-')), 'scans');
      await verify([published], { ...contentOptions(programs), keepScansIn: kept });
      const files = readdirSync(join(kept, 'x86_64')).map((name) => join(kept, 'x86_64', name));
      assert.equal(files.length, programs.length);
      for (const file of files) {
        const scans = [{ name: file, bytes: readFileSync(file) }];
        const [result] = (await verify([published], { ...contentOptions([]), scans })).packages;
        assertReproduced(result!, 'unsigned');
        assert.equal(result!.scan?.chosen, 0);
      }
    });
  }

  it('come out reproduced with syft’s texts of licences behind melange’s, if they are published so', async () => {
    const published = await publish(pythonScript('Own Licence'), programs.slice(0, 1));
    const texts = [
      { licenseId: 'LicenseRef-Own-Licence', extractedText: 'NOASSERTION', name: 'Own Licence' },
    ];
    const bytes = await repack(published, (parts) =>
      withSbom(parts, (text) => {
        const { relationships, ...head } = JSON.parse(text);
        return goText({ ...head, hasExtractedLicensingInfos: texts, relationships });
      }),
    );
    writeFileSync(published, bytes);
    const [result] = (await verify([published], contentOptions(programs))).packages;
    assertReproduced(result!, 'unsigned');
    assert.deepEqual(result!.plan?.plan.builder.sbomRecord?.answers.licenseTexts, ['appended', 'united']);
  });
});

describe('a production package whose SBOM has no element of what a scan would find', {
  skip: cannotRebuild,
  concurrency: false,
}, () => {
  for (const { what, script, skip } of contents) {
    it(`is not called reproduced without syft, though its bytes are equal: ${what}`, { skip }, async () => {
      const [result] = (await verify([await publish(script, [])], contentOptions([]))).packages;
      assert.equal(result!.verdict.kind, 'inconclusive', explain(result!));
      assert.equal(result!.verdict.kind === 'inconclusive' && result!.verdict.reason, 'scan-needed');
    });
  }

  it('is not called reproduced with syft either where only production’s own programs look', async () => {
    const script = 'install -D -m 644 /dev/null "$OUT/usr/share/wheels/a-1-py3-none-any.whl"';
    const published = await publish(script, []);
    const [result] = (await verify([published], contentOptions([blindSyft()]))).packages;
    assert.equal(result!.verdict.kind === 'inconclusive' && result!.verdict.reason, 'scan-needed');
  });
});

/** A program that finds nothing in anything. */
function blindSyft(): string {
  const path = join(work, 'blind-syft');
  const script = `#!/bin/sh
for word in "$@"; do case $word in spdx-json=*) spdx=\${word#*=};; syft-json=*) syft=\${word#*=};; esac; done
echo '{"packages":[]}' > "$spdx"
echo '{"artifacts":[],"descriptor":{"version":"0"}}' > "$syft"
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

function contentOptions(syft: readonly string[]): RunOptions {
  return optionsWithSyft(syft, { sourceDirectory: sources });
}

function publish(script: string, syft: readonly string[], folder?: string): Promise<string> {
  return publishContent(work, {
    script,
    options: contentOptions(syft),
    ...(folder === undefined ? {} : { folder }),
  });
}

function pythonScript(license: string): string {
  const info = '$OUT/usr/lib/python3.12/site-packages/lab_demo-1.2.dist-info';
  return [
    `mkdir -p "${info}"`,
    `printf 'Metadata-Version: 2.1\\nName: lab-demo\\nVersion: 1.2\\nLicense: ${license}\\n' > "${info}/METADATA"`,
    `printf 'lab_demo-1.2.dist-info/METADATA,,\\n' > "${info}/RECORD"`,
  ].join('\n');
}

/** What is not read from the files themselves, in any form. */
function leftPythonScript(): string {
  const info = '$OUT/usr/lib/python3.12/site-packages/lab_demo-1.2.dist-info';
  const url = '{"url":"https://lab.example/demo","vcs_info":{"vcs":"git","commit_id":"0123"}}';
  return `${pythonScript('MIT')}\nprintf '%s' '${url}' > "${info}/direct_url.json"`;
}

/** A line of a script that writes a text, whatever is in it. */
function written(text: string, path: string): string {
  const octal = [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  return `printf '${octal}' > "${path}"`;
}

/** The Python that has them: that of their own program. */
const judge = pythonOf(commandPath('pyspdxtools'));

describe('the SPDX tools for Python', {
  skip: judge === undefined && 'no pyspdxtools on this machine (pip install spdx-tools)',
  concurrency: false,
}, () => {
  it('find every document valid that is written of the lab', async () => {
    const files = [...productionGoldens, ...goldens(productionLab)].map(({ file }) =>
      join(productionLab, file),
    );
    const written: string[] = [];
    for (const file of files) written.push(...(await writtenDocument(file)));
    assert.ok(written.length > productionGoldens.length);
    assert.equal(invalidIn(written), '');
  });

  it('find those valid that hold what a scan found', { skip: lacksSyft }, async () => {
    const written: string[] = [];
    for (const { script, skip } of contents) {
      if (skip === false)
        written.push(documentFile(await readWhole(await publish(script, programs.slice(0, 1)))));
    }
    assert.equal(invalidIn(written), '');
  });
});

function pythonOf(program: string | undefined): string | undefined {
  return program === undefined ? undefined : /^#!(\S+)/.exec(readFileSync(program, 'latin1'))?.[1];
}

/** The SBOM of a package where that is what is written here; none of packages without. */
async function writtenDocument(file: string): Promise<string[]> {
  const { apk, claim } = await readPackage(file);
  return regenerateSbom(apk, claim).state === 'identical' ? [documentFile(apk)] : [];
}

function documentFile(apk: Apk): string {
  const path = join(mkdtempSync(join(work, 'document-')), 'document.spdx.json');
  writeFileSync(path, sbomEntryOf(apk)!.content!);
  return path;
}

const judgement = `
import sys
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
for path in sys.stdin.read().split():
    for message in validate_full_spdx_document(parse_file(path), "SPDX-2.3"):
        print(path, message)
`;

/** What is wrong with documents, in the judge's words; nothing where they are valid. */
function invalidIn(documents: readonly string[]): string {
  const judged = spawnSync(judge!, ['-c', judgement], { input: documents.join('\n'), encoding: 'utf8' });
  assert.equal(judged.status, 0, judged.stderr);
  return judged.stdout;
}
