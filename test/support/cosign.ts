/** A cosign that judges, where one is named: `WOLFI_REPRO_COSIGN`. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const cosign: string = process.env['WOLFI_REPRO_COSIGN'] ?? '';

/** What the cosign needs besides a key: version 2 asks for Sigstore's root also where nothing of it is used, and fetches it. An empty one will do. */
export function rootOptions(folder: string): readonly string[] {
  const { stdout } = spawnSync(cosign, ['version'], { encoding: 'utf8', env: { HOME: folder } });
  if (!/^GitVersion: *v2\./m.test(stdout)) return [];
  const path = join(folder, 'trusted-root.json');
  writeFileSync(path, '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');
  return ['--trusted-root', path];
}
