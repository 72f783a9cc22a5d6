import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { type CauseKind, causeTitles } from '../../../src/compare/cause.ts';
import { fixRules } from '../../../src/explain/fixes/fix-rules.ts';

/** Lines of steps, and what they become; undefined where the line does not have the cause or already does right. */
const lines: readonly (readonly [CauseKind, string, string | undefined])[] = [
  ['gzip-header', 'gzip -9 numbers', 'gzip -n -9 numbers'],
  ['gzip-header', 'cat a | gzip > b.gz', 'cat a | gzip -n > b.gz'],
  ['gzip-header', 'gzip -9n numbers', undefined],
  ['gzip-header', 'gzip --no-name numbers', undefined],
  ['gzip-header', 'gzip -dc numbers.gz', undefined],
  ['gzip-header', 'gunzip numbers.gz', undefined],
  ['gzip-header', 'apk add gzip zlib', undefined],
  ['gzip-header', "echo 'use gzip here'", undefined],
  ['timestamp', 'date > built', 'date -u -d @$SOURCE_DATE_EPOCH > built'],
  ['timestamp', "date -u '+built %Y' > b", "date -u -d @$SOURCE_DATE_EPOCH '+built %Y' > b"],
  ['timestamp', 'echo "built $(date +%F)" > b', 'echo "built $(date -u -d @$SOURCE_DATE_EPOCH +%F)" > b'],
  ['timestamp', 'X=`date` make', 'X=`date -u -d @$SOURCE_DATE_EPOCH` make'],
  ['timestamp', 'echo "the date is $X" > date', undefined],
  ['timestamp', 'date -u -d "@$SOURCE_DATE_EPOCH" > b', undefined],
  ['timestamp', 'date -r file > b', undefined],
  ['timestamp', 'cp build-date date.txt', undefined],
  ['timestamp', 'env -u SOURCE_DATE_EPOCH gcc -o p p.c', 'gcc -o p p.c'],
  [
    'archive-metadata',
    'tar -cJf t.tar.xz tree',
    'tar --sort=name --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner -cJf t.tar.xz tree',
  ],
  [
    'archive-metadata',
    'cd x && tar czf ../t.tgz .',
    'cd x && tar --sort=name --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner -czf ../t.tgz .',
  ],
  ['archive-metadata', 'tar -xf t.tar', undefined],
  ['archive-metadata', 'tar --mtime=@0 -cf t.tar x', undefined],
  ['archive-metadata', 'ar crU libone.a one.o', 'ar crD libone.a one.o'],
  ['archive-metadata', 'ar Drcs libone.a one.o', undefined],
  ['archive-metadata', 'ar t libone.a', undefined],
  [
    'archive-metadata',
    '(cd classes && zip -qr ../nr.zip .)',
    '(cd classes && find . -exec touch -h -d @$SOURCE_DATE_EPOCH {} + && TZ=UTC zip -X -qr ../nr.zip .)',
  ],
  ['file-order', 'ls -U in > order', 'LC_ALL=C ls in > order'],
  ['file-order', 'find . -type f > list', 'find . -type f | LC_ALL=C sort > list'],
  ['file-order', 'cat $(find . -print0)', 'cat $(find . -print0 | LC_ALL=C sort -z)'],
  ['file-order', 'find . -type f | LC_ALL=C sort > list', undefined],
  ['file-order', 'find . -name x -delete', undefined],
  ['build-path', 'gcc -g -O2 -o p p.c', 'gcc -ffile-prefix-map=$PWD=. -g -O2 -o p p.c'],
  ['build-path', 'go build ./...', 'go build -trimpath ./...'],
  ['build-path', 't=$(mktemp -d)', 't=$(mkdir -p /tmp/build-t && echo /tmp/build-t)'],
  ['randomness', 'head -c 32 /dev/urandom > seed', undefined],
  ['python-hash-seed', 'python3 -c "print({1})" > x', 'PYTHONHASHSEED=0 python3 -c "print({1})" > x'],
  ['python-hash-seed', 'PYTHONHASHSEED=0 python3 x.py', undefined],
  ['hash-order', 'perl list.pl > keys', 'PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 perl list.pl > keys'],
  ['parallel-build', 'make -j8', 'make -j1'],
  ['parallel-build', 'make -j$(nproc) all', 'make -j1 all'],
  ['parallel-build', 'make all', undefined],
  ['cpu-count', 'echo "jobs $(nproc)" > x', 'echo "jobs 1" > x'],
  ['cpu-count', "echo '$(nproc)' > x", undefined],
  ['hostname', 'echo "host $(hostname)" > x', 'echo "host localhost" > x'],
  ['locale', 'sort words > sorted', 'LC_ALL=C sort words > sorted'],
  ['march-native', 'gcc -march=native -c x.c', 'gcc -c x.c'],
  ['march-native', 'CFLAGS="-O2 -mcpu=native -mtune=native" make', 'CFLAGS="-O2 " make'],
  // What would change the meaning of a script.
  ['timestamp', 'date -f list', undefined],
  ['timestamp', 'date 01020304', undefined],
  ['timestamp', 'date() { :; }', undefined],
  ['timestamp', 'date=$(cat x)', undefined],
  ['timestamp', 'true # (date of x)', undefined],
  ['timestamp', 'exec env -u SOURCE_DATE_EPOCH X=1 make', undefined],
  ['file-order', 'ls -f x > y', 'LC_ALL=C ls -a x > y'],
  [
    'file-order',
    'find a \\( -name x -o -name y \\) -print > list',
    'find a \\( -name x -o -name y \\) -print | LC_ALL=C sort > list',
  ],
  ['file-order', 'find . -name "a|b" > x', 'find . -name "a|b" | LC_ALL=C sort > x'],
  ['file-order', 'find . 2>/dev/null > x', 'find . 2>/dev/null | LC_ALL=C sort > x'],
  ['file-order', 'find . > x 2>&1', undefined],
  ['file-order', 'find . -name x \\', undefined],
  ['file-order', 'find . -type f # all', undefined],
  ['file-order', 'find . -fprint x', undefined],
  ['file-order', 'find . -okdir rm {} \\;', undefined],
  ['file-order', 'find . -printf "%f\\0" > x', undefined],
  ['file-order', 'if find a; then :; fi', undefined],
  ['file-order', 'find a > x || true', undefined],
  ['file-order', 'tar -xfsrc.tar', undefined],
  ['archive-metadata', 'tar cf - . | tar xf - -C out', undefined],
  ['archive-metadata', 'bsdtar -cf x.tar a', undefined],
  ['archive-metadata', 'cat l | zip -r x.zip a', undefined],
  ['archive-metadata', 'true || zip -r x.zip a', undefined],
  ['archive-metadata', 'TZ=UTC zip -r x.zip a', undefined],
  ['archive-metadata', 'zip -d x.zip a', undefined],
  ['build-path', 'a=$(mktemp -d) b=$(mktemp -d)', undefined],
  ['python-hash-seed', 'exec python3 x', undefined],
  ['parallel-build', 'make -j $(nproc) all', 'make -j1 all'],
  ['parallel-build', 'ninja -C build -t clean', undefined],
  ['user-id', '[ "$(whoami)" = root ] && :', undefined],
  ['march-native', 'sed -i s/-march=native//g x', undefined],
  ['march-native', 'cmake -DCMAKE_C_FLAGS=-march=native .', 'cmake -DCMAKE_C_FLAGS= .'],
  ['march-native', 'gcc "-march=native" x.c', undefined],
];

describe('what can be done about a cause', () => {
  for (const [kind, line, becomes] of lines)
    it(`${becomes === undefined ? 'leaves alone' : 'changes'}, for ${kind}: ${line}`, () => {
      assert.equal(fixRules[kind]?.edit?.(line), becomes);
    });

  it('is a line that a shell takes', () => {
    const script = lines.flatMap(([, , becomes]) => (becomes === undefined ? [] : [becomes])).join('\n');
    const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });

  it('does not change what it has changed', () => {
    for (const [kind, , becomes] of lines)
      if (becomes !== undefined) assert.equal(fixRules[kind]?.edit?.(becomes), undefined, becomes);
  });

  it('takes no long time for a line of any kind', () => {
    const began = process.cpuUsage().user;
    const hostile = [
      'a=b '.repeat(500),
      '$(date '.repeat(300),
      '"'.repeat(2000),
      'tar -c '.repeat(280),
      'x'.repeat(1e6),
    ];
    for (const line of hostile)
      for (const kind of Object.keys(causeTitles) as CauseKind[]) fixRules[kind]?.edit?.(line);
    assert.ok(process.cpuUsage().user - began < 3_000_000);
  });
});
