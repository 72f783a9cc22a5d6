/** The JSON Schema of `wolfi-repro.yaml`, made of its keys: an editor that knows it completes and refuses as the parser does. */
import { type ConfigKey, commandsKey, configBounds, configText } from './config-key.ts';

/** The schema as a value (JSON Schema 2020-12). */
export function configSchema(keys: readonly ConfigKey[]): object {
  const commands = [...new Set(keys.flatMap((key) => key.commands))].sort();
  const below = (command: string) => objectOf(keys.filter((key) => key.commands.includes(command)));
  const { properties, ...rest } = objectOf(keys.filter(({ isShared }) => isShared));
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:wolfi-repro:schema:config-1',
    title: 'wolfi-repro.yaml',
    description:
      'Settings of wolfi-repro: each option of the command line under its name (docs/configuration.md)',
    ...rest,
    type: ['object', 'null'],
    properties: {
      ...properties,
      [commandsKey]: {
        description: 'Settings for one command, which take precedence over those at the top',
        type: 'object',
        additionalProperties: false,
        properties: Object.fromEntries(commands.map((command) => [command, below(command)])),
      },
    },
  };
}

function objectOf(keys: readonly ConfigKey[]) {
  const sorted = [...keys].sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(sorted.map((key) => [key.name, valueSchema(key)])),
  };
}

function valueSchema(key: ConfigKey): object {
  const { description } = key;
  const item = itemSchema(key);
  if (!key.isList) return { description, ...item };
  return { description, anyOf: [item, { type: 'array', maxItems: configBounds.items, items: item }] };
}

function itemSchema({ form: { kind }, choices }: ConfigKey): object {
  if (kind === 'flag') return { type: 'boolean' };
  if (kind === 'count') return { type: 'integer', minimum: 1, maximum: configBounds.number };
  if (choices !== undefined) return { enum: choices };
  return { type: 'string', maxLength: configBounds.characters, pattern: configText.source };
}
