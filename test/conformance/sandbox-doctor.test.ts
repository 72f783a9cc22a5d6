/** `wolfi-repro doctor` on machines that lack one thing each: it is named, and so is the command that gets it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Diagnosis } from '../../src/doctor.ts';
import { program } from '../support/lab.ts';
import {
  breakMapProgram,
  forbidNamespaces,
  inContainer,
  maskProc,
  mountOverlay,
  onMachine,
  withoutPower,
} from '../support/machines.ts';
import { cannotSandbox, folderOf } from '../support/sandboxes.ts';
import { type Identity, identities } from '../support/users.ts';

const [asRoot, asUser, asNamedUser] = identities as [Identity, Identity, Identity];
const material = mkdtempSync('/var/tmp/wolfi-repro-doctor-');
after(() => rmSync(material, { recursive: true, force: true }));

interface Report {
  readonly status: number | null;
  readonly found: readonly Diagnosis[];
}

/** @param folder for the cache; one that is thrown away where it is left out */
function doctor(prefix: readonly string[], identity: Identity, folder?: string): Report {
  const cache = folder ?? folderOf(identity);
  try {
    const line = [...prefix, process.execPath, program, 'doctor', '--format', 'json', '--cache', cache];
    const { status, stdout, stderr } = spawnSync(line[0]!, line.slice(1), { cwd: '/', encoding: 'utf8' });
    assert.notEqual(stdout, '', stderr);
    return { status, found: (JSON.parse(stdout) as { found: readonly Diagnosis[] }).found };
  } finally {
    if (folder === undefined) rmSync(cache, { recursive: true, force: true });
  }
}

function diagnosisOf({ found }: Report, what: string): Diagnosis {
  const diagnosis = found.find((each) => each.what === what);
  assert.ok(diagnosis, `${what} is not among ${found.map((each) => each.what).join(', ')}`);
  return diagnosis;
}

for (const identity of identities) {
  it(`doctor finds nothing missing on this machine ${identity.title}`, {
    skip: cannotSandbox(identity),
  }, () => {
    const report = doctor(identity.prefix, identity);
    assert.equal(report.status, 0, JSON.stringify(report.found));
    assert.equal(diagnosisOf(report, 'bubblewrap').state, 'fine');
    assert.equal(diagnosisOf(report, 'subordinate ids').state, identity.ids === 'range' ? 'fine' : 'lesser');
  });
}

const isDebian = existsSync('/usr/bin/apt-get');

describe('doctor names a program that is missing', {
  skip: isDebian ? cannotSandbox(asUser) || asRoot.skip : 'the commands are those of Debian',
}, () => {
  for (const [name, remedy] of [
    ['bwrap', 'apt-get install bubblewrap'],
    ['unshare', 'apt-get install util-linux'],
    ['setpriv', 'apt-get install util-linux'],
    ['prlimit', 'apt-get install util-linux'],
    ['mount', 'apt-get install mount'],
    ['tar', 'apt-get install tar'],
    ['du', 'apt-get install coreutils'],
  ] as const) {
    it(`${name}: ${remedy}`, () => {
      const hide = `mount --bind /dev/null "$(command -v ${name})"`;
      const report = doctor(onMachine(hide), asRoot);
      assert.equal(report.status, 4);
      assert.deepEqual(diagnosisOf(report, name), {
        what: name,
        state: 'missing',
        detail: 'not found',
        remedy,
      });
    });
  }
});

describe('doctor names what the kernel refuses', { skip: cannotSandbox(asUser) }, () => {
  it('user namespaces, and the setting that does it', () => {
    const report = doctor([...asUser.prefix, ...inContainer(forbidNamespaces)], asUser);
    assert.equal(report.status, 4);
    const { state, remedy, detail } = diagnosisOf(report, 'user namespaces');
    assert.equal(state, 'missing', detail);
    assert.match(remedy!, /sysctl -w user\.max_user_namespaces=\d+/);
  });

  it('a sandbox where /proc is masked', () => {
    const report = doctor([...asUser.prefix, ...inContainer(maskProc)], asUser);
    assert.equal(report.status, 4);
    const { state, remedy, detail } = diagnosisOf(report, 'bubblewrap');
    assert.equal(state, 'missing', detail);
    assert.match(remedy!, /systempaths=unconfined.*--sandbox chroot/);
  });

  it('an overlay on an overlay, which is only slower', { skip: asRoot.skip }, () => {
    const folder = folderOf(asUser);
    const prefix = [...onMachine(mountOverlay, folder, String(asUser.uid)), ...asUser.prefix];
    const report = doctor(prefix, asUser, join(folder, 'over'));
    assert.equal(report.status, 0, JSON.stringify(report.found));
    const { state, remedy } = diagnosisOf(report, 'overlay file system');
    assert.equal(state, 'lesser');
    assert.match(remedy!, /--cache/);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('doctor names what root lacks', { skip: asRoot.skip || cannotSandbox(asRoot) }, () => {
  it('to have builds run by somebody else', () => {
    const report = doctor(withoutPower, asRoot);
    assert.equal(report.status, 0, JSON.stringify(report.found));
    const { state, remedy } = diagnosisOf(report, 'subordinate ids');
    assert.equal(state, 'lesser');
    assert.match(remedy!, /ordinary user/);
  });
});

describe('doctor names what only some packages need', { skip: cannotSandbox(asNamedUser) }, () => {
  it('subordinate ids that nobody granted', () => {
    const { state, remedy } = diagnosisOf(doctor(asUser.prefix, asUser), 'subordinate ids');
    assert.equal(state, 'lesser');
    assert.match(remedy!, /^usermod --add-subuids/);
  });

  it('the program that maps them', () => {
    const hide = onMachine('mount --bind /dev/null /usr/bin/newuidmap');
    const { state, remedy } = diagnosisOf(
      doctor([...hide, ...asNamedUser.prefix], asNamedUser),
      'subordinate ids',
    );
    assert.equal(state, 'lesser');
    assert.match(remedy!, /install (uidmap|shadow\S*); usermod/);
  });

  it('the same without its rights', () => {
    const broken = onMachine(breakMapProgram, material);
    const report = doctor([...broken, ...asNamedUser.prefix], asNamedUser);
    assert.equal(report.status, 0, JSON.stringify(report.found));
    const { state, detail, remedy } = diagnosisOf(report, 'subordinate ids');
    assert.equal(state, 'lesser');
    assert.match(detail, /newuidmap refuses/);
    assert.match(remedy!, /set-user-id/);
  });

  it('disk space', () => {
    const folder = folderOf(asUser);
    const small = onMachine('mount -t tmpfs -o size=256M,mode=1777 none "$1"', folder);
    const { state, remedy } = diagnosisOf(doctor([...small, ...asUser.prefix], asUser, folder), 'disk space');
    assert.equal(state, 'lesser');
    assert.match(remedy!, /--cache/);
    rmSync(folder, { recursive: true, force: true });
  });
});

it('doctor names no_new_privs, under which whether a step can be begun would be chance', {
  skip: cannotSandbox(asUser),
}, () => {
  const report = doctor(['setpriv', '--no-new-privs', ...asUser.prefix], asUser);
  const { state, remedy } = diagnosisOf(report, 'user namespaces');
  assert.deepEqual(
    [state, remedy],
    ['missing', 'start the container or the service without no-new-privileges'],
  );
});
