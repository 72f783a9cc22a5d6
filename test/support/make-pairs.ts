/** Writes fixtures/pairs/: `node .build/test/support/make-pairs.js` after `npm run build:tests`. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixtures } from './lab.ts';
import { pairs } from './pairs.ts';

const folder = join(fixtures, 'pairs');
rmSync(folder, { recursive: true, force: true });
for (const [name, { published, rebuilt }] of pairs) {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'published.apk'), published);
  writeFileSync(join(folder, name, 'rebuilt.apk'), rebuilt);
}
