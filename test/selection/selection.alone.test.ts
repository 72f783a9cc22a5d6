/** Which packages of a folder are judged. The file starts git. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { q1 } from '../../src/apk/checksum.ts';
import { readFront } from '../../src/apk/front.ts';
import { selected } from '../../src/cli/selected.ts';
import { sha256 } from '../../src/digest.ts';
import { Failure } from '../../src/failure.ts';
import { machineInputs } from '../../src/inputs/inputs.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { recipesSince } from '../../src/selection/changed-recipes.ts';
import { listedBefore, reproducedBefore } from '../../src/selection/changed-since.ts';
import { findPackages } from '../../src/selection/package-folder.ts';
import { select } from '../../src/selection/select.ts';
import { parseShard, shardOf } from '../../src/selection/shard.ts';
import { hasItsData, subjectFacts } from '../../src/selection/subject-facts.ts';
import { apkOf } from '../support/apk-builder.ts';
import { makeFolder } from '../support/folder.ts';
import { gitIn } from '../support/git-repositories.ts';
import { indexOf, recordText, usualRecord } from '../support/index-builder.ts';
import { digest, notReproduced, reproduced } from '../support/results.ts';

const folder = makeFolder();
after(() => rmSync(folder, { recursive: true }));

function write(path: string, content: string | Uint8Array): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, content);
  return whole;
}

function writePackage(path: string, name: string, origin = name): string {
  const pkginfo = [`pkgname = ${name}`, 'pkgver = 1.0-r0', 'arch = x86_64', 'size = 0', `origin = ${origin}`];
  return write(path, apkOf({ pkginfo }));
}

describe('a folder of packages', () => {
  before(() => {
    for (const arch of ['x86_64', 'aarch64']) {
      writePackage(`work/packages/${arch}/a-1.0-r0.apk`, 'a');
      writePackage(`work/packages/${arch}/b-1.0-r0.apk`, 'b');
    }
    write('work/packages/x86_64/APKINDEX.tar.gz', '');
    writePackage('work/packages/.git/x86_64/hidden.apk', 'hidden');
    writePackage('work/packages/deep/deeper/x86_64/deep.apk', 'deep');
    mkdirSync(join(folder, 'work/melange-cache'));
    symlinkSync('x86_64', join(folder, 'work/packages/linked'));
  });

  const both = ['aarch64/a', 'aarch64/b', 'x86_64/a', 'x86_64/b'];
  const cases: readonly (readonly [named: string, found: readonly string[]])[] = [
    ['work/packages', both],
    ['work', both],
    ['work/packages/x86_64', both.slice(2)],
    ['work/packages/', both],
  ];
  for (const [named, found] of cases) {
    it(`is found from ${named}, without what a link leads to`, () => {
      const { packages, repositories, sourceCaches } = findPackages(join(folder, named));
      const home = join(folder, 'work/packages');
      assert.deepEqual(
        packages,
        found.map((each) => `${home}/${each}-1.0-r0.apk`),
      );
      assert.deepEqual(repositories, [home]);
      assert.deepEqual(sourceCaches, [join(folder, 'work/melange-cache')]);
    });
  }

  it('is refused where a link is in the place of a package or of an architecture: it would be left out', () => {
    for (const [at, link] of ['x86_64/b-1.0-r0.apk', 'armv7'].entries()) {
      writePackage(`linking${at}/x86_64/a-1.0-r0.apk`, 'a');
      symlinkSync('../work/packages/x86_64', join(folder, `linking${at}`, link));
      assert.throws(() => findPackages(join(folder, `linking${at}`)), /is a link/);
    }
  });

  it('without packages, or two levels too high, is not one', () => {
    for (const named of ['.', 'work/melange-cache', 'nothing'])
      assert.throws(() => findPackages(join(folder, named)), Failure);
  });
});

describe('shards', () => {
  const origins = fc.array(fc.tuple(fc.string({ maxLength: 8 }), fc.nat(3)), { maxLength: 40 });

  it('together are the whole, each package once and with its origin', () => {
    fc.assert(
      fc.property(origins, fc.integer({ min: 1, max: 12 }), (packages, count) => {
        const parts = Array.from({ length: count }, (_, at) =>
          packages.filter(([origin]) => shardOf(origin, count) === at + 1),
        );
        assert.equal(parts.flat().length, packages.length);
        for (const [origin] of packages)
          assert.equal(parts.filter((part) => part.some(([each]) => each === origin)).length, 1);
      }),
    );
  });

  it('are the same everywhere and in every version', () => {
    assert.deepEqual(
      ['zlib', 'glibc', 'busybox'].map((origin) => shardOf(origin, 7)),
      [6, 4, 5],
    );
  });

  it('are written as i/n', () => {
    assert.deepEqual(parseShard('2/3'), { index: 2, count: 3 });
    for (const text of ['', '0/3', '4/3', '1/0', '1', 'a/b', '1/3/3', '-1/3', '1/99999', ' 1/3'])
      assert.throws(() => parseShard(text), Failure, text);
  });

  it('keep packages of one recipe together, read of files, and of names where there are none', async () => {
    const files = ['zlib', 'zlib-dev', 'zlib-doc'].map((name) =>
      writePackage(`shards/x86_64/${name}-1.0-r0.apk`, name, 'zlib'),
    );
    const broken = write('shards/x86_64/zlib.apk', 'text');
    const subjects = [...files, broken, 'zlib=1.0-r0', 'https://a.example/os/x86_64/zlib.apk'];
    for (const index of [1, 2]) {
      const { judged, asked } = await select(subjects, {
        shard: { index, count: 2 },
        isUnchanged: undefined,
      });
      assert.ok(judged.length === 0 || judged.length === subjects.length);
      assert.equal(judged.length + asked.elsewhere, subjects.length);
    }
  });
});

describe('the list that a run was asked for', () => {
  const rules = { shard: undefined, isUnchanged: undefined };
  const listOf = async (subjects: readonly string[], index?: number) =>
    (await select(subjects, index === undefined ? rules : { ...rules, shard: { index, count: 3 } })).asked
      .list;

  it('is the same for each shard, in any order and in any folder', async () => {
    const subjects = ['here', 'there'].map((at) =>
      ['a', 'b', 'c'].map((name) => writePackage(`lists/${at}/${name}.apk`, name)),
    );
    const lists = [
      ...(await Promise.all([1, 2, 3].map((index) => listOf(subjects[0]!, index)))),
      await listOf([...subjects[1]!].reverse()),
    ];
    assert.deepEqual(new Set(lists).size, 1);
  });

  it('is a different one for a different file of the same name, one file fewer, or a different address', async () => {
    const [x86, arm] = ['x86_64', 'aarch64'].map((arch) => `https://a.example/${arch}/a.apk`);
    const kept = writePackage('lists/x/a.apk', 'a');
    const lists = [
      ...[[kept], [writePackage('lists/y/a.apk', 'b')], [kept, writePackage('lists/y/c.apk', 'c')]],
      ...[[x86!], [arm!], ['a=1.0-r0']],
    ];
    assert.equal(new Set(await Promise.all(lists.map((each) => listOf(each)))).size, lists.length);
  });
});

describe('what changed', () => {
  const rules = { shard: undefined };

  it('since a result is what that does not have as reproduced, and what else comes of its recipe', async () => {
    const subjects = ['one', 'two', 'two-dev', 'three'].map((name) =>
      writePackage(`since/${name}-1.0-r0.apk`, name, name.replace('-dev', '')),
    );
    const [one, two, dev, three] = subjects as [string, string, string, string];
    const earlier = [reproduced(one), reproduced(two), notReproduced([], dev), notReproduced([], three)];
    const isUnchanged = reproducedBefore(earlier, async (subject) => digest(subject));
    const { judged, asked } = await select(subjects, { ...rules, isUnchanged });
    assert.deepEqual(judged, [two, dev, three]);
    assert.equal(asked.unchanged, 1);
    const nothing = reproducedBefore(earlier, async () => undefined);
    assert.deepEqual((await select(subjects, { ...rules, isUnchanged: nothing })).judged, subjects);
  });

  it('since an index is what that does not list', async () => {
    const data = apkOf({ pkginfo: ['pkgname = old'] });
    const { dataStart } = await readFront(fileSource(write('index/plain.apk', data)));
    const datahash = sha256(data.subarray(dataStart));
    const whole = apkOf({ pkginfo: ['pkgname = old', `datahash = ${datahash}`] });
    const old = write('index/old.apk', whole);
    const fresh = writePackage('index/fresh.apk', 'fresh');
    // The control section is the same, and with it the checksum.
    const changed = write('index/changed.apk', Buffer.concat([whole, gzipSync('more')]));
    const checksum = q1((await readFront(fileSource(old))).controlSha1);
    assert.equal((await subjectFacts(changed)).checksum, checksum);
    const index = indexOf(recordText({ ...usualRecord, P: 'old', C: checksum }));
    const isUnchanged = await listedBefore(index, hasItsData);
    const judged = async (subjects: readonly string[]) =>
      (await select(subjects, { ...rules, isUnchanged })).judged;
    assert.deepEqual(await judged([old, fresh]), [fresh]);
    assert.deepEqual(await judged([changed]), [changed]);
  });

  it('since a commit is what has a different recipe, or different files beside it', async () => {
    const tree = join(folder, 'repository');
    const names = ['same', 'edited', 'beside', 'added', 'mode', 'gone', 'unknown', 'nested'];
    for (const name of names.slice(0, 6)) write(`repository/${name}.yaml`, `name: ${name}\n`);
    write('repository/os/nested.yaml', 'name: nested\n');
    write('repository/same/fix.patch', 'a');
    write('repository/beside/fix.patch', 'a');
    write('repository/mode/run.sh', 'a');
    write('repository/pipelines/make.yaml', 'a');
    gitIn(tree, 'init', '--quiet', '--initial-branch=main');
    gitIn(tree, 'add', '.');
    gitIn(tree, 'commit', '--quiet', '--message=first');
    write('repository/edited.yaml', 'name: edited\nversion: 2\n');
    write('repository/beside/fix.patch', 'b');
    write('repository/added/fix.patch', 'b');
    chmodSync(join(tree, 'mode/run.sh'), 0o755);
    rmSync(join(tree, 'gone.yaml'));
    const inputs = machineInputs(join(folder, 'cache'), new AbortController().signal);
    const changed = async (reference: string) => {
      const isUnchanged = await recipesSince(tree, reference, inputs);
      const facts = names.map((origin) => ({ name: origin, origin, checksum: undefined }));
      const same = await Promise.all(facts.map((each) => isUnchanged('x', each)));
      return names.filter((_, at) => !same[at]);
    };
    const expected = ['edited', 'beside', 'added', 'mode', 'gone', 'unknown'];
    for (const reference of ['main', 'HEAD', 'HEAD^{commit}'])
      assert.deepEqual(await changed(reference), expected);
    // A file that a pull request adds under the name of the branch is not the earlier result.
    const edited = writePackage('repository/packages/x86_64/edited-1.0-r0.apk', 'edited');
    write('repository/main', 'text');
    const before = process.cwd();
    process.chdir(tree);
    try {
      const since = (changedSince: string) =>
        selected([edited], { changedSince }, () => inputs).then(({ judged }) => judged);
      assert.deepEqual(await since('main'), [edited]);
      await assert.rejects(since('./main'), Failure);
    } finally {
      process.chdir(before);
    }
    // A recipe may have any file name, and be written in any way.
    const renamed = write('repository/os/x.yml', '"package": { name: "s\\x61me" }\n');
    assert.deepEqual(await changed('main'), ['same', ...expected]);
    writeFileSync(renamed, 'package: &a\n  name: x\n');
    assert.deepEqual(await changed('main'), names);
    writeFileSync(renamed, 'jobs: [&a x, *a]\n');
    assert.deepEqual(await changed('main'), expected);
    write('repository/pipelines/make.yaml', 'b');
    assert.deepEqual(await changed('main'), names);
    for (const reference of ['other', '--all', 'main:edited.yaml'])
      await assert.rejects(changed(reference), Failure, reference);
    await assert.rejects(recipesSince(join(folder, 'work'), 'main', inputs), Failure);
  });

  it('is judged where a file says nothing of itself', async () => {
    const broken = write('broken-1.0-r0.apk', 'text');
    assert.deepEqual(await subjectFacts(broken), {
      name: 'broken-1.0-r0.apk',
      origin: 'broken-1.0-r0',
      checksum: undefined,
    });
    const { judged } = await select([broken], {
      ...rules,
      isUnchanged: await listedBefore(indexOf(recordText(usualRecord)), hasItsData),
    });
    assert.deepEqual(judged, [broken]);
  });
});
