import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import type { Command } from '../../src/cli/commander.ts';
import { valueForm } from '../../src/config/config-key.ts';
import { type ConfigPlace, needsName, placedValue } from '../../src/config/config-paths.ts';
import { configSchema } from '../../src/config/config-schema.ts';
import { effectiveValue, variableKeys, variableOf } from '../../src/config/effective.ts';
import { parseConfig } from '../../src/config/parse-config.ts';
import { Failure } from '../../src/failure.ts';
import { nearName } from '../../src/near-names.ts';
import { renderValue } from '../../src/report/json-report.ts';
import { root } from '../support/lab.ts';
import { schemaValidator } from '../support/schemas.ts';
import { keyNamed, keys, program } from './keys.ts';

const parse = (text: string) => parseConfig(Buffer.from(text), 'wolfi-repro.yaml', keys);

/** Files that are taken. */
const good: readonly string[] = [
  '',
  '# nothing yet\n',
  'key: melange.rsa.pub\n',
  'key: [a.rsa.pub, b.rsa.pub]\nrepository:\n  - ./packages\n  - https://packages.example/os\n',
  'jobs: 4\nthreads: 0x10\noffline: true\ncolor: false\n',
  'environment: recorded\nsandbox: bubblewrap\narch: "7"\n',
  'source-mirror: https://a.example/=./mirror\nvary: [auto]\npin: none\n',
  'commands:\n  verify:\n    format: sarif\n    output: [a.json, a.html]\n  cache prune: {max-size: 20G}\n',
  'commands: {inspect: {format: json}}\npolicy: ./policy.yaml\n',
];

/** Files that are refused, with the place. */
const bad: readonly (readonly [text: string, line: number, column: number])[] = [
  ['- a\n', 1, 1],
  ['text\n', 1, 1],
  ['\nkeys: a\n', 2, 1],
  ['format: json\n', 1, 1],
  ['config: x.yaml\n', 1, 1],
  ['jobs: 0\n', 1, 7],
  ['jobs: 1.5\n', 1, 7],
  ['jobs: 1000000000\n', 1, 7],
  ['jobs: "4"\n', 1, 7],
  ['jobs: [4]\n', 1, 7],
  ['offline: yes\n', 1, 10],
  ['offline:\n', 1, 9],
  ['arch: 7\n', 1, 7],
  ['arch: ""\n', 1, 7],
  ['arch: null\n', 1, 7],
  ['sandbox: none\n', 1, 10],
  ['key:\n  - a\n  - 7\n', 3, 5],
  ['key: [a, [b]]\n', 1, 10],
  ['key: {a: b}\n', 1, 6],
  ['cache: "a\\nb"\n', 1, 8],
  ['cache: "a\\0"\n', 1, 8],
  [`cache: ${'x'.repeat(4097)}\n`, 1, 8],
  [`key: [${'a, '.repeat(1000)}a]\n`, 1, 6],
  ['commands: verify\n', 1, 11],
  ['commands:\n  verify:\n    formatt: json\n', 3, 5],
  ['commands:\n  verify: [json]\n', 2, 11],
  ['commands:\n  verify:\n    format: yaml\n', 3, 13],
  ['commands:\n  inspect:\n    format: sarif\n', 3, 13],
  ['commands:\n  inspect:\n    repeat: 2\n', 3, 5],
  ['commands:\n  verfy: {}\n', 2, 3],
  ['commands:\n  config show: {}\n', 2, 3],
];

describe('a file of settings', () => {
  for (const text of good) it(`is taken: ${JSON.stringify(text)}`, () => void parse(text));

  for (const [text, line, column] of bad) {
    it(`is refused with the place: ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.throws(
        () => parse(text),
        (thrown) =>
          thrown instanceof Failure &&
          thrown.code === 'usage' &&
          thrown.message.startsWith(`wolfi-repro.yaml:${line}:${column}: `),
      );
    });
  }

  it('fails only with usage, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom(...good), (bytes, text) => {
        try {
          parseConfig(Buffer.concat([Buffer.from(text), bytes]), 'x', keys);
        } catch (thrown) {
          assert.ok(thrown instanceof Failure && thrown.code === 'usage');
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('the keys of settings', () => {
  const optionsOf = (command: Command): string[] => [
    ...command.options.map((option) => option.name().replace(/^no-/, '')),
    ...command.commands.filter((each) => each.name() !== 'config').flatMap(optionsOf),
  ];

  it('are the options of the command line, all of them', () => {
    const names = new Set(optionsOf(program));
    for (const other of ['config', 'version', 'help', 'today']) names.delete(other);
    assert.deepEqual(new Set(keys.map(({ name }) => name)), names);
    assert.ok(names.size > 40);
  });

  it('say of the options of every command which values they take', () => {
    const [verify, inspect] = ['verify', 'inspect'].map((command) =>
      keys.find(({ name, commands }) => name === 'format' && commands.includes(command)),
    );
    assert.deepEqual(inspect!.choices, ['text', 'json', 'markdown', 'html']);
    assert.ok(verify!.choices!.includes('sarif') && verify!.commands.includes('report'));
    assert.ok(
      keyNamed('cache').commands.includes('cache prune') && keyNamed('color').commands.includes('diff'),
    );
    assert.throws(() => valueForm('no-such-placeholder'), TypeError);
  });

  it('that are named in tables are options', () => {
    for (const name of [...variableKeys, ...needsName.keys()]) assert.ok(keyNamed(name) !== undefined, name);
  });

  it('have a schema, which is the published one', () => {
    const text = renderValue(configSchema(keys));
    const path = join(root, 'docs/schema/config-1.json');
    if (process.env['UPDATE_SCHEMA'] !== undefined) writeFileSync(path, text);
    const published = JSON.parse(readFileSync(path, 'utf8'));
    assert.deepEqual(JSON.parse(text), published, 'UPDATE_SCHEMA=1 writes it again, then format');
  });

  const validate = schemaValidator('config-1');
  it('have a schema that refuses what the parser refuses, and nothing else', () => {
    for (const text of good)
      assert.ok(validate(parseYaml(text)), `${text}: ${JSON.stringify(validate.errors)}`);
    for (const [text] of bad) assert.ok(!validate(parseYaml(text)), text);
  });
});

describe('a setting', () => {
  const here: ConfigPlace = { folder: '/w', workingDirectory: '/w', isNamed: false, real: (path) => path };
  const placed = (text: string, place: Partial<ConfigPlace> = {}) => {
    const [setting] = parse(text).shared.values();
    return placedValue(setting!, 'wolfi-repro.yaml', { ...here, ...place });
  };

  it('that is a path is relative to its file, and stays as it was written where that is the working directory', () => {
    assert.deepEqual(placed('key: [./a, b/../c]'), ['./a', 'b/../c']);
    assert.deepEqual(placed('key: [./a]', { workingDirectory: '/w/sub' }), ['../a']);
    assert.deepEqual(placed('repository: [.]', { workingDirectory: '/w/sub' }), ['..']);
    assert.deepEqual(placed('repository: [sub]', { workingDirectory: '/w/sub' }), ['.']);
    assert.equal(placed('environment: host', { workingDirectory: '/w/sub' }), 'host');
    assert.equal(placed('environment: ./host', { workingDirectory: '/w/sub' }), '../host');
    assert.deepEqual(placed('key: ["https://a.example/k"]', { workingDirectory: '/w/sub' }), [
      'https://a.example/k',
    ]);
    assert.deepEqual(placed('source-mirror: https://a.example/=m', { workingDirectory: '/w/sub' }), [
      'https://a.example/=../m',
    ]);
  });

  const escaping = [
    'key: ../a',
    'key: /etc/a',
    'cache: ..',
    'environment: /',
    'source-mirror: https://a.example/=../m',
    'log: a/../../b',
    ...['melange: ./m', 'engine: both', 'sandbox: chroot', 'trust-recipe: true', 'network: host'],
    ...['allow-private-addresses: true', 'attest-agent: SHA256:a', 'sign-command: ./sign'],
  ];
  for (const text of escaping) {
    it(`is refused in a file that was found, and taken in one that was named: ${text}`, () => {
      assert.throws(() => placed(text), Failure);
      placed(text, { isNamed: true });
    });
  }

  it('in a file that was found leads through no link', () => {
    assert.throws(() => placed('log: logs/x', { real: (path) => path.replace('/w/logs', '/home') }), Failure);
  });

  it('gives way to the environment, and both to the command line; a list replaces', () => {
    const config = { parsed: parse('key: [a]\njobs: 3\ncommands: {verify: {jobs: 5}}'), place: here };
    const given = (value: string | undefined, typed: boolean) => () => ({ value, typed });
    const [key, jobs] = [keyNamed('key'), keyNamed('jobs')];
    const of = (name: typeof key, command: string, environment: Record<string, string>, typed = false) =>
      effectiveValue(name, command, { config, environment, given: given('1', typed) });
    assert.equal(of(jobs, 'lock', {}).value, '3');
    assert.equal(of(jobs, 'verify', {}).value, '5');
    assert.equal(of(jobs, 'verify', { WOLFI_REPRO_JOBS: '7' }).value, '7');
    assert.equal(of(jobs, 'verify', { WOLFI_REPRO_JOBS: '' }).value, '5');
    assert.equal(of(jobs, 'verify', { WOLFI_REPRO_JOBS: '7' }, true).value, '1');
    assert.deepEqual(of(key, 'verify', { WOLFI_REPRO_KEY: ' b \n\nc\n' }).value, ['b', 'c']);
    assert.deepEqual(of(key, 'verify', {}).origin, { kind: 'file', file: 'wolfi-repro.yaml', line: 1 });
    assert.equal(
      effectiveValue(jobs, 'verify', { config: undefined, environment: {}, given: given('1', false) }).value,
      '1',
    );
    assert.throws(() => of(jobs, 'verify', { WOLFI_REPRO_JOBS: 'many' }), Failure);
    assert.throws(() => of(keyNamed('offline'), 'verify', { WOLFI_REPRO_OFFLINE: '1' }), Failure);
    assert.throws(() => of(key, 'verify', { WOLFI_REPRO_KEY: 'a\u0000' }), Failure);
  });

  it('has a variable of its name where jobs set it', () => {
    assert.equal(variableOf({ name: 'source-cache' }), 'WOLFI_REPRO_SOURCE_CACHE');
    assert.equal(variableOf({ name: 'melange' }), undefined);
  });
});

describe('a name that is not known', () => {
  it('has the nearest that is', () => {
    const names = ['repository', 'repeat', 'jobs'];
    const cases = [
      ['repositry', 'repository'],
      ['repositories', 'repository'],
      ['jbos', 'jobs'],
      ['JOBS', 'jobs'],
      ['colour', undefined],
      ['x'.repeat(100_000), undefined],
    ] as const;
    for (const [wrong, near] of cases) assert.equal(nearName(wrong, names), near);
  });
});
