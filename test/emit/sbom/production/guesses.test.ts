/** CPEs that are guessed for elements of languages; the real syft judges all of them in test/conformance/syft-judge.test.ts. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  gemMakers,
  guessLanguageCpes,
  type MakerHint,
  pythonMakers,
  standardLibraryCpes,
  urlMakers,
} from '../../../../src/emit/sbom/production/language/guesses.ts';

/** Vendor and product of each, in order. */
function guessed(
  type: 'go-module' | 'python' | 'gem' | 'npm',
  name: string,
  makers: readonly MakerHint[] = [],
) {
  return guessLanguageCpes({ type, name, version: '1', makers }).map((cpe) => {
    const [, vendor, product] = /^cpe:2\.3:a:(.*?):(.*?):1(?::\*){7}$/.exec(cpe) ?? [];
    return `${vendor} ${product}`;
  });
}

describe('CPEs that are guessed', () => {
  // Each as syft v1.46.0 and v1.57.1 print it.
  const cases: readonly (readonly [what: string, got: readonly string[], wanted: readonly string[]])[] = [
    [
      'of a module, by its owner',
      guessed('go-module', 'lab.example/own-er/lib/v2'),
      ['own-er lib\\/v2', 'own_er lib\\/v2', 'own lib\\/v2'],
    ],
    ['of a module of one part, none', guessed('go-module', 'lab.example/lib'), []],
    [
      'of a module of Go’s own',
      guessed('go-module', 'golang.org/x/lab-tool'),
      ['golang x\\/lab-tool', 'golang x\\/lab_tool'],
    ],
    ['of a module of Google’s', guessed('go-module', 'google.golang.org/lab/part'), ['google lab']],
    ['of a module that a redirection serves, none', guessed('go-module', 'gopkg.in/lab-thing.v1'), []],
    [
      'of a gem',
      guessed('gem', 'plain'),
      ['ruby-lang plain', 'ruby_lang plain', 'plain plain', 'ruby plain'],
    ],
    ['of a package of Node', guessed('npm', 'plain'), ['plain plain']],
    [
      'of a distribution that has Python in its name',
      guessed('python', 'pythonlab'),
      ['pythonlab pythonlab'],
    ],
    [
      'of a distribution',
      guessed('python', 'lab'),
      [
        'python-lab python-lab',
        'python-lab python_lab',
        'python_lab python-lab',
        'python_lab python_lab',
        'python python-lab',
        'python python_lab',
        'lab python-lab',
        'lab python_lab',
        'python-lab lab',
        'python_lab lab',
        'python lab',
        'lab lab',
      ],
    ],
    [
      'of what Apache makes, by Apache alone',
      guessed('gem', 'apache-lab'),
      ['apache apache-lab', 'apache apache_lab'],
    ],
    ['of names that match anything, none', guessed('npm', 'a*b'), []],
    ['of names beyond ASCII, none', guessed('npm', 'zo\u00eb'), []],
  ];
  for (const [what, got, wanted] of cases) it(what, () => assert.deepEqual(got, wanted));

  it('are none for names, versions and authors of extreme length', () => {
    const long = 'a-'.repeat(200);
    const many = gemMakers(
      Array.from({ length: 100 }, (_, at) => `author-${at}`),
      '',
    );
    assert.deepEqual(guessed('npm', long), []);
    assert.deepEqual(guessLanguageCpes({ type: 'npm', name: 'a', version: long, makers: [] }), []);
    assert.deepEqual(guessed('gem', 'a', many), []);
    assert.deepEqual(guessed('python', 'a', pythonMakers('"'.repeat(5000), '')), []);
  });
});

describe('who may have made a package', () => {
  const texts = (makers: readonly MakerHint[]) =>
    makers.map(({ text, varied }) => `${text}${varied ? ' varied' : ''}`);
  const cases: readonly (readonly [what: string, got: readonly string[], wanted: readonly string[]])[] = [
    [
      'an author, as a person and as a project',
      texts(pythonMakers('The Ann-B. Lab', '')),
      ['ann_b__lab', 'ann_b__labproject', 'ann_b__lab_project'],
    ],
    [
      'an address, without what follows the sign',
      texts(pythonMakers('', 'ann.b@lab.example')),
      ['ann_b varied', 'ann_bproject', 'ann_b_project'],
    ],
    ['a project, as it is', texts(pythonMakers('Lab Project', '')), ['lab_project']],
    ['nobody', texts(pythonMakers('', '')), []],
    ['authors of a gem', texts(gemMakers(['Ann', 'bo@lab.example'], '')), ['ann varied', 'bo varied']],
    ['an owner on GitHub', texts(urlMakers(['https://github.com/Own-er/lab'])), ['Own-er']],
    ['an owner on GitLab, over git', texts(urlMakers(['git://gitlab.com/own_er/lab.git'])), ['own_er']],
    [
      'no owner without a project',
      texts(urlMakers(['https://github.com/own', 'git+https://github.com/own/lab'])),
      [],
    ],
    ['a project with a page of its own', texts(urlMakers(['https://www.gnu.org/software/lab'])), ['gnu']],
  ];
  for (const [what, got, wanted] of cases) it(what, () => assert.deepEqual(got, wanted));
});

describe('the CPE of Go itself', () => {
  const cases: readonly (readonly [compiler: string, wanted: readonly string[]])[] = [
    ['go1.26.4', ['cpe:2.3:a:golang:go:1.26.4:-:*:*:*:*:*:*']],
    ['go1.21', ['cpe:2.3:a:golang:go:1.21:-:*:*:*:*:*:*']],
    ['go1.26rc1', ['cpe:2.3:a:golang:go:1.26:rc1:*:*:*:*:*:*']],
    ['devel', []],
  ];
  for (const [compiler, wanted] of cases)
    it(`follows from the version: ${compiler}`, () =>
      assert.deepEqual(standardLibraryCpes(compiler), wanted));
});
