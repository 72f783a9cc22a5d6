/** YAML compared by path: the compiled recipe, and other documents that are as plain. */

import { parseYaml } from '../../claim/recipe/parse-yaml.ts';
import type { Node } from '../../claim/recipe/yaml-node.ts';
import { Failure } from '../../failure.ts';
import type { Structure } from '../../formats/structured-value.ts';
import type { FormatName, Part } from '../part.ts';
import type { Comparator, CompareContext } from './comparator.ts';
import { compareStructures } from './structure.ts';
import { compareText } from './text.ts';

/** The compiled recipe, `.melange.yaml`. */
export const recipe: Comparator = {
  format: 'recipe',
  matches: (_published, _rebuilt, path) => /(^|\/)\.melange\.yaml$/.test(path),
  compare: (published, rebuilt, context) => compareYaml('recipe', published, rebuilt, context),
};

export const yaml: Comparator = {
  format: 'yaml',
  matches: (_published, _rebuilt, path) => /\.ya?ml$/.test(path),
  compare: (published, rebuilt, context) => compareYaml('yaml', published, rebuilt, context),
};

function compareYaml(
  format: FormatName,
  published: Uint8Array,
  rebuilt: Uint8Array,
  context: CompareContext,
): readonly Part[] | undefined {
  context.work.spend(published.length + rebuilt.length);
  const left = parse(published);
  const right = parse(rebuilt);
  if (left === undefined || right === undefined) return compareText(format, published, rebuilt, context);
  const parts = compareStructures({ format, context }, left, right);
  return parts.length > 0 ? parts : compareText(format, published, rebuilt, context);
}

function parse(bytes: Uint8Array): Structure | undefined {
  try {
    return structureOf(parseYaml(bytes));
  } catch (failure) {
    if (failure instanceof Failure) return undefined;
    throw failure;
  }
}

function structureOf(node: Node): Structure {
  switch (node.kind) {
    case 'scalar':
      return node.text;
    case 'sequence':
      return node.items.map(structureOf);
    case 'mapping':
      return new Map(node.entries.map(([key, value]) => [key, structureOf(value)]));
  }
}
