import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRecipe } from '../../src/claim/recipe/parse.ts';
import { compareWithSource } from '../../src/claim/recipe-origin.ts';
import { sameShellText } from '../../src/claim/shell-text.ts';

const compiled = `package:
  name: hello
  version: 1.2.3
  epoch: 4
  description: A program
  copyright:
    - license: MIT
environment:
  contents:
    packages:
      - busybox=1-r0
pipeline:
  - uses: fetch
    with:
      uri: https://source.example/hello-1.2.tar.gz
    pipeline:
      - runs: melange's own text
  - runs: |
      if true; then
      	make install DESTDIR=/home/build/melange-out/hello
      fi
subpackages:
  - name: hello-doc
    pipeline:
      - runs: echo doc for a
`;
const source = `# A comment.
package:
  name: hello
  version: "1.2.3"
  epoch: 4
  description: A program # of ours
  copyright:
    - license: MIT
environment:
  contents:
    packages:
      - busybox
vars:
  suffix: doc
var-transforms:
  - from: \${{package.version}}
    match: ^(\\d+\\.\\d+)\\.\\d+$
    replace: $1
    to: short
data:
  - name: parts
    items:
      doc: a
pipeline:
  - uses: fetch
    with:
      uri: https://source.example/hello-\${{vars.short}}.tar.gz
  - runs: |
      # install
      if true
      then
        make install \\
          DESTDIR=\${{targets.destdir}}
      fi
subpackages:
  - range: parts
    name: hello-\${{range.key}}
    pipeline:
      - runs: echo \${{vars.suffix}} for \${{range.value}}
`;

const { recipe } = parseRecipe(Buffer.from(compiled));
const compare = (text: string) => compareWithSource(recipe, Buffer.from(text));

describe('a compiled recipe and its source', () => {
  it('are the same after substitution and the formatting of shell text', () => {
    const comparison = compare(source);
    assert.deepEqual(comparison.differences, []);
    assert.equal(comparison.state, 'same');
    assert.equal(comparison.compared, 9);
    assert.deepEqual(comparison.left, ['text of step 1 of hello (fetch)']);
  });

  const changes: readonly (readonly [string, string, string])[] = [
    ['a version', 'version: "1.2.3"', 'version: "1.2.4"'],
    ['an epoch', 'epoch: 4', 'epoch: 5'],
    ['a licence', 'license: MIT', 'license: ISC'],
    ['the text of a step', 'make install', 'make all install'],
    ['the address of a source', 'source.example/hello', 'evil.example/hello'],
    ['a pipeline', 'uses: fetch', 'uses: git-checkout'],
    ['a subpackage', `hello-\${{range.key}}`, `hello-x\${{range.key}}`],
    ['a step more', 'subpackages:', '  - runs: one more\nsubpackages:'],
    ['a value of the data', 'doc: a', 'doc: b'],
  ];
  for (const [what, from, to] of changes) {
    it(`differ by ${what}`, () => assert.equal(compare(source.replace(from, to)).state, 'differs'));
  }

  it('are not compared where the source is not a recipe', () => {
    assert.equal(compare('a: [').state, 'not-checked');
  });

  it('leave out what only melange can resolve', () => {
    const { state, left } = compare(
      source.replace(`echo \${{vars.suffix}}`, `echo \${{cross.triplet.gnu.glibc}}`),
    );
    assert.equal(state, 'same');
    assert.ok(left.includes('step 1 of hello-doc'));
  });
});

describe('shell text', () => {
  const cases: readonly (readonly [string, string, boolean | undefined])[] = [
    ['a; b', 'a\nb', true],
    ['cmd > f 2> /dev/null', 'cmd >f 2>/dev/null', true],
    ['a && \\\n  b', 'a &&\n\tb', true],
    ['a # comment', 'a', true],
    ['rm -rf a', 'rm -rf b', false],
    ['x=`date`', 'x=$(date)', undefined],
    ['echo "a # b"', 'echo "a # b"', true],
    ['echo "a # b"', 'echo "a # c"', undefined],
    ['rm -rf a b', 'rm -rf ab', undefined],
    ['echo a; evil', 'echo a evil', undefined],
    ['if x\nthen\n  a\nfi', 'if x; then\n\ta\nfi', true],
    ['echo $((1+2))', 'echo $((1 + 2))', true],
    ['a', 'a\n# evil', false],
  ];
  for (const [left, right, expected] of cases) {
    it(`${JSON.stringify(left)} and ${JSON.stringify(right)}: ${expected}`, () =>
      assert.equal(sameShellText(left, right), expected));
  }
});
