/** Everything about getting inputs: `node .build/bench/inputs.js APKINDEX.tar.gz`. */
import { benchDownload } from './download.ts';
import { benchExports } from './exports.ts';
import { benchIndex } from './index.ts';

const [sample] = process.argv.slice(2);
if (sample === undefined) console.log('no index is named, so the benchmark of indexes is left out');
else await benchIndex(console.log, sample);
await benchExports(console.log);
await benchDownload(console.log);
