/**
 * Writes docs/api.md: everything that the library exports, with its docstring and the declaration that the compiler wrote (`dist/`), in the order of
 * the alphabet. With `--check`, fails where the page is not that.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { root } from './setup.mjs';

/**
 * @typedef {object} Exported
 * @property {string} name
 * @property {'function' | 'value' | 'class' | 'type'} kind
 * @property {string} text the declaration, as the compiler wrote it
 * @property {string} says the docstring, as Markdown
 * @property {string} source the file of src/ that it stands in
 */

const page = join(root, 'docs/api.md');
const titles = { function: 'Functions', class: 'Classes', value: 'Values', type: 'Types' };
const exported = exportsOf(join(root, 'dist/index.d.ts'));
const rendered = render(exported);
if (!process.argv.includes('--check')) writeFileSync(page, rendered);
else if (readFileSync(page, 'utf8') !== rendered) {
  console.error('docs/api.md is not what the code says: npm run build && node scripts/api.mjs');
  process.exitCode = 1;
}

/**
 * What a file exports of others.
 * @param {string} file
 * @returns {Exported[]}
 */
function exportsOf(file) {
  const { program } = parsed(file);
  return program.body
    .flatMap((statement) => {
      if (statement.type !== 'ExportNamedDeclaration' || statement.source === null) return [];
      const from = join(dirname(file), statement.source.value.replace(/\.ts$/, '.d.ts'));
      return statement.specifiers.map(({ local }) => declarationOf(from, nameOf(local)));
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * A declaration of a file; fails where there is none.
 * @param {string} file
 * @param {string} name
 * @returns {Exported}
 */
function declarationOf(file, name) {
  const { program, text, comments } = parsed(file);
  for (const statement of program.body) {
    if (statement.type !== 'ExportNamedDeclaration' || statement.declaration === null) continue;
    const { declaration } = statement;
    const declared =
      declaration.type === 'VariableDeclaration' ? declaration.declarations[0]?.id : declaration.id;
    if (declared?.type !== 'Identifier' || declared.name !== name) continue;
    const comment = comments.findLast(({ end }) => end <= statement.start);
    const isOwn = comment !== undefined && text.slice(comment.end, statement.start).trim() === '';
    return {
      name,
      kind: kindOf(declaration.type),
      text: text.slice(declaration.start, statement.end).replace(/^declare /, ''),
      says: isOwn ? prose(comment.value) : '',
      source: relative(join(root, 'dist'), file).replace(/\.d\.ts$/, '.ts'),
    };
  }
  throw new Error(`${file} declares no ${name}`);
}

/**
 * @param {string} type of the syntax tree
 * @returns {Exported['kind']}
 */
function kindOf(type) {
  if (type === 'TSDeclareFunction' || type === 'FunctionDeclaration') return 'function';
  if (type === 'ClassDeclaration') return 'class';
  return type === 'VariableDeclaration' ? 'value' : 'type';
}

/** @param {string} file */
function parsed(file) {
  const text = readFileSync(file, 'utf8');
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  return { program, text, comments };
}

/** @param {import('oxc-parser').ModuleExportName} name */
function nameOf(name) {
  return name.type === 'Literal' ? name.value : name.name;
}

/**
 * A docstring as Markdown: one paragraph, and a list of its parameters.
 * @param {string} comment
 */
function prose(comment) {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
  const [text = '', ...tags] = lines.join('\n').split(/^@/m);
  const parameters = tags.map((tag) =>
    tag
      .replace(/^param (\w+) /, '- `$1`: ')
      .replaceAll('\n', ' ')
      .trim(),
  );
  return [text.replaceAll('\n', ' ').replace(/^\*/, '').trim(), parameters.join('\n')]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** @param {readonly Exported[]} all */
function render(all) {
  const head = [
    '# What the library exports',
    '',
    'Made by `node scripts/api.mjs` from what the compiler declares and the docstrings say; [library.md](library.md) has an example of every function. The declarations are part of the package, so an editor shows the same.',
  ];
  const sections = Object.entries(titles).flatMap(([kind, title]) => [
    `\n## ${title}`,
    ...all.filter((each) => each.kind === kind).map(entry),
  ]);
  return `${[...head, ...sections].join('\n')}\n`;
}

/** @param {Exported} exported */
function entry({ name, text, says, source }) {
  return `\n### ${name}\n${says === '' ? '' : `\n${says}\n`}\n\`\`\`ts\n${text}\n\`\`\`\n\nFrom \`src/${source}\`.`;
}
