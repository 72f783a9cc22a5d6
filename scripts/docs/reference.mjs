/** Pages that are made from the code: the commands with their options, and the schemas. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';

const dist = new URL('../../dist/', import.meta.url);

/** Every command, as its help shows it, and the topics of the help. */
export async function commandsMarkdown() {
  const { commandTree } = await import(new URL('cli/program.js', dist).href);
  const { examples } = await import(new URL('cli/help/examples.js', dist).href);
  const { headingOf } = await import(new URL('cli/help/option-headings.js', dist).href);
  const { topics } = await import(new URL('cli/help/topics.js', dist).href);
  const tree = commandTree(() => undefined);
  const leaves = leavesOf(tree, '');
  const parts = leaves.map(([words, command]) =>
    commandPart(words, command, examples[words] ?? [], headingOf),
  );
  const topicParts = Object.entries(topics).map(
    ([name, { text }]) => `## help ${name}\n\n${block(text().split('\n').slice(2))}`,
  );
  const head = `# Commands\n\nAs \`wolfi-repro COMMAND --help\` shows them. Every option can stand in a file of settings ([configuration](configuration.md)).\n\n${leaves
    .map(([words]) => `[${words}](#${words.replaceAll(' ', '-')})`)
    .join(' · ')}`;
  const global = `## Options of all commands\n\n${optionsTable(tree.options)}`;
  return `${[head, ...parts, global, ...topicParts].join('\n\n')}\n`;
}

/**
 * @param {any} command of commander
 * @param {string} words
 * @returns {[words: string, command: any][]}
 */
function leavesOf(command, words) {
  if (command.commands.length === 0) return [[words, command]];
  return command.commands.flatMap((/** @type {any} */ each) =>
    leavesOf(each, `${words} ${each.name()}`.trim()),
  );
}

/**
 * @param {string} words
 * @param {any} command
 * @param {readonly string[]} examples
 * @param {(long: string) => string | undefined} headingOf
 */
function commandPart(words, command, examples, headingOf) {
  /** @type {Map<string, any[]>} */
  const groups = new Map();
  for (const option of command.options) {
    if (option.hidden) continue;
    const heading = (headingOf(option.long?.slice(2) ?? '') ?? 'Options:').replace(/:$/, '');
    groups.set(heading, [...(groups.get(heading) ?? []), option]);
  }
  const argumentsOf = command.registeredArguments.map(
    (/** @type {any} */ each) => `- \`${each.name()}${each.variadic ? '…' : ''}\`: ${each.description}`,
  );
  return [
    `## ${words}`,
    inMarkdown(command.description()),
    ...(argumentsOf.length === 0 ? [] : [argumentsOf.join('\n')]),
    block(examples.map((each) => `wolfi-repro ${words} ${each}`.trim())),
    ...[...groups].map(([heading, options]) => `**${heading}**\n\n${optionsTable(options)}`),
  ].join('\n\n');
}

/** @param {readonly any[]} options */
function optionsTable(options) {
  const rows = options.map(
    ({ flags, description, argChoices }) =>
      `| \`${flags.replaceAll('|', '\\|')}\` | ${inMarkdown(description)}${argChoices === undefined ? '' : ` (${argChoices.join(', ')})`} |`,
  );
  return ['| option | what it does |', '| --- | --- |', ...rows].join('\n');
}

/**
 * The list of the pages of a folder.
 * @param {string} folder from the folder of the project
 * @param {string} title
 */
export function folderMarkdown(folder, title) {
  const items = readdirSync(join(root, folder)).map((name) => {
    const [, heading = name] = /^# (.*)$/m.exec(readFileSync(join(root, folder, name), 'utf8')) ?? [];
    return `- [${heading}](${name})`;
  });
  return `# ${title}\n\n${items.join('\n')}\n`;
}

/** The schemas, each with what it says of itself. */
export function schemasMarkdown() {
  const folder = join(root, 'docs/schema');
  const rows = readdirSync(folder).map((name) => {
    const { description = '', title = '' } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const [first] = (description === '' ? title : description).split('. Members may be added');
    return `| [${name}](schema/${name}) | ${inMarkdown(first)} |`;
  });
  return `# Schemas\n\nWhat the program prints and reads as JSON, in JSON Schema 2020-12. Within a version members may be added, so readers skip those that they do not know; nothing is removed or changes its meaning.\nThe package has them as well: \`import schema from 'wolfi-repro/schema/result-1.json' with { type: 'json' }\`.\n\n| schema | what it is of |\n| --- | --- |\n${rows.join('\n')}\n`;
}

/** @param {readonly string[]} lines */
function block(lines) {
  return ['```', ...lines, '```'].join('\n');
}

/**
 * Text in which nothing is a sign of Markdown, except code that stands in backquotes.
 * @param {string} text
 */
function inMarkdown(text) {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*').replaceAll('[', '\\[');
}
