/** `npm run history`: writes docs/melange/history.md from the table of what melange has changed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, installPackages, requireNode, root } from './setup.mjs';

requireNode();
installPackages();
compile('tsconfig.json');
const { historyPage } = await import(join(root, '.build/test/support/melange-history.js'));
mkdirSync(join(root, 'docs/melange'), { recursive: true });
writeFileSync(join(root, 'docs/melange/history.md'), historyPage());
