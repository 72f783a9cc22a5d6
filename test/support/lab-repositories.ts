/** The repositories of a publisher on two days, generated from the lab: every version of melange, production's forms, what is hostile, unstable, or lacks its environment. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseSigningKey } from '../../src/apk/private-key.ts';
import { Failure } from '../../src/failure.ts';
import { indexFolder } from '../../src/index-folder.ts';
import { fullestLab, lab } from './lab.ts';
import { changeControl, repack, textOf, withText } from './parts.ts';

export interface LabRepository {
  /** Below the folder that is served. */
  readonly name: string;
  readonly architecture: 'x86_64' | 'aarch64';
  /** What is judged by two builds of our own. */
  readonly isTwice: boolean;
}

const hello = 'hello-shell-1.4.2-r3.apk';
const goldens = join(fullestLab, 'repository');
const signer = {
  key: parseSigningKey('lab.rsa', readFileSync(join(lab, 'lab.rsa'))),
  algorithm: 'RSA256' as const,
};

/** What the publisher has from the second day on. */
const heldBack: Readonly<Record<string, RegExp>> = {
  'v0.59.1': /^flint/,
  'v0.45.3': /^bulk/,
  gone: /^hello-shell/,
};
const firstStep = '    runs: |\n';
const addition = 'mkdir -p /home/build/melange-out/hello-shell/usr/share/more';
/** What many builds cannot be without, and no repository has on the first day. */
export const withheld = 'musl-1.2.3-r100.apk';

/** Publishes everything that there is on the first day below a folder. */
export async function publishFirstDay(folder: string): Promise<readonly LabRepository[]> {
  const repositories: LabRepository[] = [];
  const publish = async (name: string, files: readonly string[], given: Partial<LabRepository> = {}) => {
    const repository = { name, architecture: 'x86_64' as const, isTwice: false, ...given };
    const place = placeOf(folder, repository);
    mkdirSync(place, { recursive: true });
    const first = files.filter((file) => heldBack[name]?.test(basename(file)) !== true);
    for (const file of first) copyFileSync(file, join(place, basename(file)));
    await indexFolder(place, signer);
    repositories.push(repository);
  };
  for (const name of readdirSync(goldens).sort())
    await publish(name, packagesIn(join(goldens, name, 'x86_64')));
  const foreign = packagesIn(join(fullestLab, 'aarch64/repository/v0.59.1/aarch64'));
  // Its build takes longer under emulation than all the others.
  const quick = foreign.filter((file) => !basename(file).startsWith('libpebble'));
  await publish('v0.59.1-aarch64', quick, { architecture: 'aarch64' });
  const unstable = packagesIn(join(goldens, 'v0.59.1/x86_64')).filter((file) => /\/nr-/.test(file));
  await publish('unstable', unstable, { isTwice: true });
  repositories.push(await publishGone(folder));
  for (const file of packagesIn(join(lab, 'invalid'))) repositories.push(await publishHostile(folder, file));
  return repositories;
}

/** What is new, different and gone on the second day. */
export async function publishSecondDay(folder: string): Promise<void> {
  const newest = join(folder, 'v0.59.1/x86_64');
  for (const [name, pattern] of Object.entries(heldBack)) {
    const from = name === 'gone' ? 'v0.45.3' : name;
    for (const file of packagesIn(join(goldens, from, 'x86_64')).filter((each) =>
      pattern.test(basename(each)),
    ))
      copyFileSync(file, join(folder, name, 'x86_64', basename(file)));
  }
  rmSync(join(newest, 'meta-only-0-r0.apk'));
  // Published again under its old version, by a recipe of which something more comes.
  const changed = await repack(join(newest, hello), (parts) =>
    changeControl(parts, '.melange.yaml', (entry) =>
      withText(entry, textOf(entry).replace(firstStep, `${firstStep}      ${addition}\n`)),
    ),
  );
  writeFileSync(join(newest, hello), changed);
  for (const name of Object.keys(heldBack)) await indexFolder(join(folder, name, 'x86_64'), signer);
}

/** Packages whose environment names a version that nobody has, with everything else right. */
async function publishGone(folder: string): Promise<LabRepository> {
  const repository = { name: 'gone', architecture: 'x86_64', isTwice: false } as const;
  const place = placeOf(folder, repository);
  mkdirSync(place, { recursive: true });
  const files = packagesIn(join(goldens, 'v0.45.3/x86_64')).filter((file) => !/hello-shell/.test(file));
  for (const file of files) {
    const changed = await repack(file, (parts) =>
      changeControl(parts, '.melange.yaml', (entry) =>
        withText(entry, textOf(entry).replace(/- busybox=1\.35\.0-r401/, '- busybox=1.35.0-r399')),
      ),
    );
    writeFileSync(join(place, basename(file)), changed);
  }
  await indexFolder(place, signer);
  return repository;
}

/** A damaged or hostile package in a repository of its own; where none of its kind can be listed, the index lists what it is made of. */
async function publishHostile(folder: string, file: string): Promise<LabRepository> {
  const name = `hostile-${basename(file, '.apk')}`;
  const repository = { name, architecture: 'x86_64', isTwice: false } as const;
  const place = placeOf(folder, repository);
  mkdirSync(place, { recursive: true });
  copyFileSync(file, join(place, hello));
  try {
    await indexFolder(place, signer);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    copyFileSync(join(goldens, 'v0.59.1/x86_64', hello), join(place, hello));
    await indexFolder(place, signer);
    copyFileSync(file, join(place, hello));
  }
  return repository;
}

function placeOf(folder: string, { name, architecture }: LabRepository): string {
  return join(folder, name, architecture);
}

function packagesIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.apk'))
    .sort()
    .map((name) => join(folder, name));
}
