/** A program: unpacks the package named first into the folder named second, says which modes folders got, and removes it all. */
import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { closeDirectories } from '../../src/execute/rootfs/unpack.ts';
import { removeTree } from '../../src/execute/run-directory.ts';
import { singleIdMap } from '../../src/execute/sandbox/id-map.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import { unpackSources } from './shelf.ts';

const [apk, folder] = process.argv.slice(2) as [string, string];
const root = join(folder, 'root');
mkdirSync(root);
const shelf = join(folder, 'shelf');
const { tree } = await unpackSources(root, shelf, [fileSource(apk)], 'undoubted');
closeDirectories(root, tree);
const modes = [...tree.entries()]
  .filter(([path, { type }]) => type === 'directory' && path.startsWith('closed'))
  .map(([path]) => [path, lstatSync(join(root, path)).mode & 0o7777]);
await removeTree(shelf, singleIdMap({ uid: process.getuid!(), gid: process.getgid!() }));
await removeTree(root, singleIdMap({ uid: process.getuid!(), gid: process.getgid!() }));
process.stdout.write(JSON.stringify({ modes, left: existsSync(root) }));
