/** Packages as Wolfi's production builder publishes them, rebuilt: the SBOM included. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isSbomEntry } from '../../src/claim/traits/traits.ts';
import { isUnequal } from '../../src/compare/compare.ts';
import type { SbomDifference } from '../../src/compare/sbom-elements.ts';
import type { RunOptions } from '../../src/options.ts';
import { rebuild } from '../../src/rebuild.ts';
import { renderText } from '../../src/report/text.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { mutations } from '../emit/sbom/production/mutations.ts';
import {
  golden,
  type ProductionGolden,
  productionGoldens,
  productionLab,
} from '../emit/sbom/production/support.ts';
import { sharedLab } from '../support/lab.ts';
import { changeControl, readWhole, repack, textOf, withText } from '../support/parts.ts';
import { packedSources } from '../support/sources.ts';
import { assertReproduced, cache, cannotRebuild, explain, labOptions } from './lab-run.ts';

mkdirSync(cache, { recursive: true });
const work = mkdtempSync(join(cache, 'production-'));
after(() => rmSync(work, { recursive: true, force: true }));

describe('production packages', { skip: cannotRebuild, concurrency: false }, () => {
  for (const [title, group] of grouped(productionGoldens)) {
    it(`come out reproduced, generator and variant named: ${title}`, async () => {
      const { packages } = await verify(
        group.map(({ file }) => join(productionLab, file)),
        labOptions({ ...optionsOf(group[0]!), allowUnsigned: true }),
      );
      for (const result of packages) {
        assertReproduced(result, result.file.includes('manyfiles') ? 'unsigned' : 'valid');
        const { sbomGenerator, sbomRecord } = result.plan!.plan.builder;
        assert.equal(sbomGenerator, 'production');
        assert.equal(sbomRecord?.fit, 'id-and-cpes');
        assert.ok(result.findings.some(({ kind }) => kind === 'sbom-paths-match'));
      }
      const text = renderText({ packages, verdict: 'reproduced', exitCode: 0 });
      assert.equal(text.match(/SBOM by production \(record: /g)?.length, group.length);
    });
  }

  for (const { what, apply, explained, paths } of mutations) {
    it(`are not reproduced once tampered with: ${what}`, async () => {
      const path = join(work, 'scripted-1.0_rc2-r7.apk');
      writeFileSync(path, await apply(golden('production-v0.59.1', 'scripted-1.0_rc2-r7')));
      const [result] = (await verify([path], labOptions())).packages;
      assert.equal(result!.verdict.kind, 'not-reproduced', explain(result!));
      const witness = paths === 'paths-match' ? 'sbom-paths-match' : 'sbom-paths-differ';
      assert.ok(result!.findings.some(({ kind }) => kind === witness));
      // A tampered tree has the old SBOM, which the rebuild gives: there the witness explains.
      if (!what.includes('tree')) assertExplained(sbomDifferencesOf(result!), explained);
    });
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

function optionsOf({ sourceDir }: ProductionGolden): Partial<RunOptions> {
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

const syft = commandPath('syft');
const lacksSyft = syft === undefined ? 'no syft on this machine' : cannotRebuild;

describe('production packages with language content', { skip: lacksSyft, concurrency: false }, () => {
  const sources = join(work, 'sources');
  const content: readonly (readonly [what: string, script: string, lacks: string | false])[] = [
    ['a Python package', pythonScript(), false],
    ['a Go program', 'install -D -m 755 tool "$OUT/usr/bin/tool"', makeGoProgram(sources)],
  ];
  for (const [what, script, skip] of content) {
    describe(what, { skip }, () => {
      let published = '';
      before(async () => {
        published = await publish(script, sources);
      });

      it('comes out reproduced where syft scans what was built', async () => {
        const [result] = (await verify([published], withSyft(sources))).packages;
        assertReproduced(result!, 'unsigned');
        assert.match(result!.plan!.plan.builder.syft ?? '', /^[0-9a-f]{64}$/);
        assert.equal(result!.plan!.plan.builder.sbomRecord?.fit, 'id-and-cpes');
      });

      it('differs in the SBOM alone without syft, and every element that was not made anew is named', async () => {
        const [result] = (
          await verify([published], labOptions({ sourceDirectory: sources, allowUnsigned: true }))
        ).packages;
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
});

function withSyft(sourceDirectory: string): RunOptions {
  const options = labOptions({ sourceDirectory, allowUnsigned: true });
  return { ...options, machine: { ...options.machine, syft: syft! } };
}

function pythonScript(): string {
  const info = '$OUT/usr/lib/python3.12/site-packages/lab_demo-1.2.dist-info';
  return [
    `mkdir -p "${info}"`,
    `printf 'Metadata-Version: 2.1\\nName: lab-demo\\nVersion: 1.2\\nLicense: MIT\\n' > "${info}/METADATA"`,
    `printf 'lab_demo-1.2.dist-info/METADATA,,\\n' > "${info}/RECORD"`,
  ].join('\n');
}

/** A package that holds what a script makes, with syft's elements in its SBOM. */
async function publish(script: string, sourceDirectory: string): Promise<string> {
  mkdirSync(sourceDirectory, { recursive: true });
  const draft = join(work, 'hello-shell-1.4.2-r3.apk');
  const indented = `OUT=/home/build/melange-out/hello-shell\n${script}`.replace(/^/gm, '      ');
  const recipe = (text: string) => text.replace(/(?<=\n {4}runs: \|\n)(?: {6}.*\n)+/, `${indented}\n`);
  const unsigned = await repack(golden('production-v0.59.1', 'hello-shell-1.4.2-r3'), (parts) => ({
    ...changeControl(parts, '.melange.yaml', (entry) => withText(entry, recipe(textOf(entry)))),
    signature: [],
  }));
  writeFileSync(draft, unsigned);
  const target = { directory: mkdtempSync(join(work, 'out-')), signingKey: undefined };
  const [written] = await rebuild(draft, target, withSyft(sourceDirectory));
  return written!.path;
}

/** Puts a Go program among the sources; the reason where that is not possible. */
function makeGoProgram(directory: string): string | false {
  const go = commandPath('go');
  if (go === undefined) return 'no go on this machine';
  const code = mkdtempSync(join(work, 'go-'));
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(code, 'go.mod'), 'module lab.example/tool\n\ngo 1.21\n');
  writeFileSync(join(code, 'main.go'), 'package main\n\nfunc main() { println("tool") }\n');
  const environment = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
  const built = spawnSync(go, ['build', '-o', join(directory, 'tool'), '.'], { cwd: code, env: environment });
  return built.status === 0 ? false : 'go cannot build here';
}

function commandPath(name: string): string | undefined {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

const judge = commandPath('pyspdxtools');

describe('the SPDX tools for Python', {
  skip: judge === undefined && 'no pyspdxtools on this machine (pip install spdx-tools)',
}, () => {
  for (const { file } of productionGoldens.filter((_, index) => index % 5 === 0)) {
    it(`find the document valid that is written for ${file}`, async () => {
      const apk = await readWhole(join(productionLab, file));
      const path = join(work, 'document.spdx.json');
      writeFileSync(path, apk.data.entries.find(isSbomEntry)!.content!);
      const judged = spawnSync(judge!, ['--infile', path, '--version', 'SPDX-2.3'], { encoding: 'utf8' });
      assert.equal(judged.status, 0, judged.stdout + judged.stderr);
    });
  }
});
