import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formOf,
  productionForms,
  type RecordVariant,
  recordVariants,
} from '../../../src/claim/traits/record-variant.ts';
import { type RecordSubject, recordCpes, syftRecord } from '../../../src/emit/sbom/production/apk-record.ts';
import { recordId } from '../../../src/emit/sbom/production/syft-record.ts';
import { treePaths } from '../../../src/emit/sbom/production/tree-paths.ts';
import { fitRecord } from '../../../src/inference/production/fit.ts';
import type { PublishedRecord } from '../../../src/inference/production/published.ts';
import { copyright, formatAt, recipeOf } from '../../emit/sbom/input.ts';
import { assertLinear } from '../../support/linear.ts';
import { packageName } from '../../support/names.ts';

const plain = recipeOf();

/** A package that tells the answer to every question: without files, its origin in the table. */
const subject: RecordSubject = {
  format: formatAt('v0.59.1'),
  recipe: recipeOf({
    package: {
      name: packageName('git'),
      url: 'https://github.com/owner/git',
      description: 'two lines\nand a newline\n',
      copyright: [copyright('MIT'), copyright('Own Licence')],
      dependencies: { ...plain.package.dependencies, runtime: ['a', 'b'], provides: ['c=1'] },
    },
    cpe: { vendor: 'own', product: 'git', targetSw: 'linux' },
  }),
  name: 'git',
  architecture: 'x86_64',
};

function publishedBy(variant: RecordVariant, paths: readonly string[] = []): PublishedRecord {
  const record = syftRecord(subject, treePaths(paths), variant);
  const cpes = recordCpes(subject, record, variant);
  return {
    subject,
    id: recordId(record, formOf(variant).hashGeneration),
    head: variant.head,
    root: formOf(variant).root,
    cpes,
    licenseTexts: texts(variant),
    foundLicenses: ['LicenseRef-Found'],
    pathLists: [paths],
  };
}

/** Melange's one text, and what the variant adds: of the record's licence, where that is not an expression, and of the scan's. */
function texts({ licenseTexts, license }: RecordVariant): string[] {
  const melange = ['LicenseRef-Own-Licence'];
  const own = {
    joined: ['LicenseRef-MIT-AND-Own-Licence'],
    identified: [],
    last: ['LicenseRef-Own-Licence'],
  }[license];
  switch (licenseTexts) {
    case 'melange':
      return melange;
    case 'appended':
      return ['LicenseRef-Found', ...melange, ...own];
    case 'united':
      return [...new Set([...melange, ...own, 'LicenseRef-Found'])];
  }
}

describe('the variants that fit a record', () => {
  it('are those that give it, whatever answers there are', () => {
    // Every combination of the other answers with one about texts, each in turn.
    for (const variant of recordVariants.filter((_, at) => at % 3 === Math.floor(at / 3) % 3)) {
      const { fit, variants } = fitRecord(publishedBy(variant));
      assert.equal(fit, 'id-and-cpes');
      assert.ok(variants.includes(variant));
      // A recipe's own CPE comes before the table and before guesses, which then tell nothing: neither of A's answers, nor B from C.
      const cpes = variant.form === 'D' || variant.cpe === 'guessed' ? 1 : 2;
      // The two ways of joining differ only where a text is in both lists.
      const ways = variant.licenseTexts !== 'melange' && variant.license !== 'last' ? 2 : 1;
      assert.equal(variants.length, cpes * ways);
    }
  });

  it('are found by the id alone where no list of CPEs is right', () => {
    const published = { ...publishedBy(recordVariants[0]!), cpes: ['cpe:2.3:a:b:c:*:*:*:*:*:*:*:*'] };
    const { fit, variants } = fitRecord(published);
    assert.equal(fit, 'id');
    assert.equal(variants.length, 4);
  });

  it('are all that fit the rest where the texts of licences are not known ones', () => {
    const published = { ...publishedBy(recordVariants[0]!), licenseTexts: ['LicenseRef-Other'] };
    const { fit, variants } = fitRecord(published);
    assert.equal(fit, 'id-and-cpes');
    assert.deepEqual(new Set(variants.map(({ licenseTexts }) => licenseTexts)).size, 3);
  });

  it('are none for a different id', () => {
    const published = { ...publishedBy(recordVariants[0]!), id: '0'.repeat(16) };
    const { fit, paths } = fitRecord(published);
    assert.deepEqual([fit, paths], ['none', undefined]);
  });

  it('are those that give the rest of the document where none gives the id, and the newest of several', () => {
    for (const { name, answers } of productionForms) {
      for (const head of answers.head) {
        const variant = recordVariants.find((each) => each.form === name && each.head === head)!;
        const published = { ...publishedBy(variant), id: '0'.repeat(16) };
        const { variants } = fitRecord(published);
        assert.ok(variants.includes(variant));
        for (const each of variants) {
          assert.equal(each.head, head);
          assert.equal(formOf(each).root, formOf(variant).root);
        }
        if (head === 'chainguard-build') assert.equal(variants[0]!.form, 'D');
      }
    }
  });

  it('are of the form whose lists are hashed so, whatever else the document says', () => {
    const [old, young] = ['B', 'D'].map((form) => recordVariants.find((each) => each.form === form)!);
    const published = { ...publishedBy(young!), head: old!.head, root: formOf(old!).root };
    assert.deepEqual([...new Set(fitRecord(published).variants.map(({ form }) => form))], ['D']);
  });

  it('are looked for with every list of paths that can have existed', () => {
    const published = publishedBy(recordVariants[0]!, ['var', 'var/lib']);
    const { fit, paths } = fitRecord({ ...published, pathLists: [[], ['var'], ['var', 'var/lib']] });
    assert.equal(fit, 'id-and-cpes');
    assert.deepEqual(paths, ['var', 'var/lib']);
  });

  it('are looked for in a recipe of extreme texts in a time that grows with it', () => {
    assertLinear(6000, (size) => {
      const description = `${'\n'.repeat(4 * size)}x`;
      const extreme = recipeOf({ package: { description, copyright: [copyright('('.repeat(size))] } });
      const id = '0'.repeat(16);
      const published = {
        subject: { ...subject, recipe: extreme, name: 'foo' },
        id,
        head: undefined,
        root: undefined,
        cpes: [],
        licenseTexts: [],
        foundLicenses: [],
        pathLists: [[]],
      };
      assert.equal(fitRecord(published).fit, 'none');
    });
  });
});
