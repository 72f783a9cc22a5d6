/** Changes to the texts that a package carries, in the terms of their own formats. */
import { oneOf, type Random } from './mutate.ts';

const long = 'x'.repeat(5000);
const oddTexts = [
  '',
  ' ',
  '=',
  ' = ',
  '0',
  '-1',
  '1e999',
  '99999999999999999999',
  '2024-02-30',
  'null',
  '~',
  'true',
  'NaN',
  '.inf',
  '../../x',
  '/',
  '\0',
  '\u202e',
  '\ud800',
  'é',
  '{}',
  '[]',
  '"',
  "'",
  '\\',
  '%',
  `\${{package.name}}`,
  '${{',
  '$1',
  long,
  'a'.repeat(300),
  '0x10',
  '0o17',
  '1_000',
  ':',
  '- ',
  '#',
  '|',
  '>',
  '!!binary aGk=',
  '&a x',
  '*a',
  '<<',
  '---',
  '...',
  '\t',
];
const keys = [
  'pkgname',
  'pkgver',
  'arch',
  'size',
  'origin',
  'pkgdesc',
  'url',
  'commit',
  'maintainer',
  'builddate',
  'license',
  'depend',
  'provides',
  'replaces',
  'provider_priority',
  'replaces_priority',
  'triggers',
  'datahash',
  'unknown',
  '',
];

function odd(random: Random): string {
  return oneOf(oddTexts, random)!;
}

function changedLines(
  content: Buffer,
  random: Random,
  change: (lines: string[], at: number) => void,
): Buffer {
  const lines = content.toString('latin1').split('\n');
  for (let changes = 1 + random(3); changes > 0 && lines.length > 0; changes -= 1)
    change(lines, random(lines.length));
  return Buffer.from(lines.join('\n'), 'latin1');
}

export function changedPkgInfo(content: Buffer, random: Random): Buffer {
  return changedLines(content, random, (lines, at) => {
    const [key = ''] = lines[at]!.split(' = ');
    const choice = random(8);
    if (choice < 4) lines[at] = `${key} = ${odd(random)}`;
    else if (choice < 6) lines.splice(at, 1);
    else if (choice < 7) lines.splice(at, 0, `${oneOf(keys, random)} = ${odd(random)}`);
    else lines.splice(at, 0, ...Array.from({ length: random(200) }, () => lines[at]!));
  });
}

const recipeKeys = [
  'package',
  'name',
  'version',
  'epoch',
  'description',
  'url',
  'commit',
  'copyright',
  'license',
  'license-path',
  'dependencies',
  'runtime',
  'provides',
  'replaces',
  'environment',
  'contents',
  'packages',
  'repositories',
  'keyring',
  'accounts',
  'users',
  'pipeline',
  'runs',
  'uses',
  'with',
  'if',
  'needs',
  'assertions',
  'required-steps',
  'subpackages',
  'options',
  'scriptlets',
  'trigger',
  'script',
  'checks',
  'test',
  'update',
  'vars',
  'var-transforms',
  'resources',
  'cpu',
  'memory',
  'timeout',
  'capabilities',
  'add',
  'target-architecture',
];

export function changedYaml(content: Buffer, random: Random): Buffer {
  return changedLines(content, random, (lines, at) => {
    const line = lines[at]!;
    const indent = /^[ -]*/.exec(line)![0];
    switch (random(7)) {
      case 0:
        lines[at] = `${line.split(':', 1)[0]}: ${odd(random)}`;
        break;
      case 1:
        lines.splice(at, 1);
        break;
      case 2:
        lines.splice(at, 0, line);
        break;
      case 3:
        lines.splice(at, 0, `${indent}${oneOf(recipeKeys, random)}: ${odd(random)}`);
        break;
      case 4:
        lines[at] = `${' '.repeat(random(8))}${line.trimStart()}`;
        break;
      case 5:
        lines.splice(
          at,
          0,
          `${indent.replaceAll('-', ' ')}${oneOf(['pipeline', 'x', 'with'], random)}: ${nested(random)}`,
        );
        break;
      default:
        lines[at] = line.replace(/[A-Za-z_-]+:/, `${oneOf(recipeKeys, random)}:`);
    }
  });
}

function nested(random: Random): string {
  const depth = random(120);
  const [open, close] = oneOf(
    [
      ['[', ']'],
      ['{a: ', '}'],
      ['[{pipeline: ', '}]'],
    ] as const,
    random,
  )!;
  return open.repeat(depth) + odd(random) + close.repeat(random(10) === 0 ? 0 : depth);
}

export function changedJson(content: Buffer, random: Random): Buffer {
  try {
    let value: unknown = JSON.parse(content.toString());
    for (let changes = 1 + random(4); changes > 0; changes -= 1) value = changedValue(value, random, 12);
    return Buffer.from(JSON.stringify(value, undefined, random(2) === 0 ? 2 : undefined));
  } catch {
    return content;
  }
}

/** Goes down to a value by chance and puts another in its place. */
function changedValue(value: unknown, random: Random, depth: number): unknown {
  if (depth === 0 || value === null || typeof value !== 'object' || random(8) === 0)
    return otherValue(value, random);
  if (Array.isArray(value)) {
    if (value.length === 0) return [otherValue(undefined, random)];
    const at = random(value.length);
    if (random(6) === 0) return [...value, ...Array.from({ length: random(50) }, () => value[at])];
    return value.map((each, index) => (index === at ? changedValue(each, random, depth - 1) : each));
  }
  const entries = Object.entries(value);
  const at = random(Math.max(1, entries.length));
  if (random(8) === 0) return Object.fromEntries([...entries.filter((_, index) => index !== at)]);
  if (random(8) === 0)
    return {
      ...value,
      [entries[random(entries.length || 1)]?.[0] ?? '__proto__']: otherValue(undefined, random),
    };
  return Object.fromEntries(
    entries.map(([key, each], index) => [key, index === at ? changedValue(each, random, depth - 1) : each]),
  );
}

function otherValue(value: unknown, random: Random): unknown {
  switch (random(8)) {
    case 0:
      return null;
    case 1:
      return random(2 ** 31) * 1e10;
    case 2:
      return [];
    case 3:
      return {};
    case 4:
      return [value, value];
    case 5:
      return typeof value === 'string' ? value + odd(random) : value;
    case 6:
      return random(2) === 0;
    default:
      return odd(random);
  }
}
