/**
 * `npm run cases`: compares both sides of every case in fixtures/cases, and writes to docs/cases.md which causes are right and which were named. Fails where a
 * cause is named that is not right; one that is not named is only counted.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from './page.mjs';
import { compile, installPackages, requireNode, root } from './setup.mjs';

/** @typedef {import('../test/support/known-cases.ts').Judged} Judged */
/** @typedef {import('../test/support/known-cases.ts').Answer} Answer */

requireNode();
installPackages();
compile('tsconfig.json');
const { judgeCases } = await import(join(root, '.build/test/support/known-cases.js'));
/** @type {readonly Judged[]} */
const judged = await judgeCases();
writeFileSync(join(root, 'docs/cases.md'), page());
const wrong = judged.flatMap(({ name, answers }) =>
  answers.filter((answer) => answer.wrong.length > 0).map((answer) => ({ name, ...answer })),
);
for (const { name, path, wrong: kinds } of wrong)
  console.error(`${name}: ${path} is called ${kinds.join(', ')}`);
process.exitCode = wrong.length === 0 ? 0 : 1;

/** @param {readonly string[]} kinds */
function links(kinds) {
  return kinds
    .map((each) =>
      each
        .split('|')
        .map((kind) => `[${kind}](differences/${kind}.md)`)
        .join(' or '),
    )
    .join(', ');
}

/** @param {readonly Answer[]} answers */
function verdictOf(answers) {
  if (answers.some((answer) => answer.wrong.length > 0)) return 'wrong';
  const missing = answers.filter((answer) => answer.missing.length > 0).length;
  return missing === 0 ? 'right' : `nothing named in ${missing} of ${answers.length}`;
}

function page() {
  const rows = judged.map(({ name, what, answers, unshown }) => [
    name,
    what,
    links([...new Set(answers.flatMap(({ right }) => right))]),
    links([...new Set(answers.flatMap(({ named }) => named))]),
    verdictOf(answers) + (unshown.length > 0 ? `, not shown: ${unshown.join(', ')}` : ''),
  ]);
  const all = judged.flatMap(({ answers }) => answers);
  const complete = all.filter(({ wrong, missing }) => wrong.length + missing.length === 0).length;
  return `# Cases

Made by \`npm run cases\`: situations that people met, each made again for this project in \`fixtures/cases\`, with the causes that are right. Nothing was built
here, so the causes are what two files show by themselves. The command fails where a cause is named that is not right; where none is named, that is only
counted. Of ${all.length} files, ${complete} have exactly the causes that are right.

${table(['case', 'what', 'right', 'named', ''], rows)}
`;
}
