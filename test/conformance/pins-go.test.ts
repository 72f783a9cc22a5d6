/** go writes go.sum, and is the judge of what is said about it. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { judgePins } from '../../src/pins/pins.ts';
import { clientMissing } from '../support/clients.ts';
import { type GoModule, goEnvironment, goModule, goProxy } from '../support/go-modules.ts';
import { type Registry, runClient, sourcesOf, startRegistry, withFolder } from '../support/registry.ts';

const skip = clientMissing('go', 'version');

const modules: readonly GoModule[] = [
  goModule('example.com/Upper/low', 'v1.0.0', '2024-01-01T00:00:00Z'),
  goModule('example.com/high', 'v1.2.0', '2024-02-01T00:00:00Z', 'example.com/Upper/low v1.0.0'),
];
const program = {
  'go.mod': 'module example.com/program\n\ngo 1.20\n\nrequire example.com/high v1.2.0\n',
  'main.go': 'package main\n\nimport "example.com/high"\n\nfunc main() { println(high.Version) }\n',
};

/** Builds with a registry of its own, with or without caches of before; gives what go wrote. */
async function build(registry: Registry, folder: string) {
  const environment = goEnvironment(`${registry.origin}/below/a/path`, folder);
  const tidied = await runClient('go', ['mod', 'tidy'], folder, environment);
  assert.equal(tidied.status, 0, tidied.output);
  rmSync(join(folder, 'modules'), { recursive: true });
  const before = registry.exchanges.splice(0);
  const built = await runClient('go', ['build', '-o', 'program', '.'], folder, environment);
  assert.equal(built.status, 0, built.output);
  return { before, sum: readFileSync(join(folder, 'go.sum'), 'utf8') };
}

describe('what go fetched', { skip }, () => {
  it('is pinned, zip by zip and go.mod by go.mod, by the go.sum that go itself wrote', async () => {
    const registry = await startRegistry(goProxy(modules, '/below/a/path'));
    try {
      await withFolder(program, async (folder) => {
        const { before, sum } = await build(registry, folder);
        const report = await judgePins(registry.exchanges, registry.read, sourcesOf({ 'src/go.sum': sum }));
        assert.equal(report.conclusion, 'all-pinned');
        const zips = report.exchanges.filter(({ exchange }) => exchange.url.endsWith('.zip'));
        assert.equal(zips.length, 2);
        assert.ok(zips.every(({ judgement }) => judgement.kind === 'pinned'));
        const [high] = zips.filter(({ exchange }) => exchange.url.includes('/high/'));
        assert.ok(high?.judgement.kind === 'pinned');
        const [pin] = high.judgement.by;
        assert.equal(pin?.place.entry, 'example.com/high v1.2.0');
        assert.equal(sum.split('\n')[pin!.place.line! - 1], `example.com/high v1.2.0 h1:${pin!.value}`);
        // What chose while go.sum was made is settled by what it became.
        const whole = await judgePins(before, registry.read, sourcesOf({ 'go.sum': sum }));
        assert.equal(whole.conclusion, 'all-pinned');
        const none = await judgePins(registry.exchanges, registry.read, sourcesOf({}));
        assert.equal(none.conclusion, 'unpinned');
        assert.ok(none.suspects.length >= 4);
      });
    } finally {
      registry.close();
    }
  });

  it('contradicts go.sum where go refuses it: an answer with a member changed', async () => {
    const answering = goProxy(modules, '/below/a/path');
    const other = goProxy(
      modules.map((each) => ({ ...each, files: { ...each.files, LICENSE: 'another\n' } })),
      '/below/a/path',
    );
    let tampers = false;
    const registry = await startRegistry((path, ...rest) =>
      (tampers && path.endsWith('.zip') ? other : answering)(path, ...rest),
    );
    try {
      await withFolder(program, async (folder) => {
        const { sum } = await build(registry, folder);
        tampers = true;
        registry.exchanges.splice(0);
        rmSync(join(folder, 'modules'), { recursive: true });
        const environment = goEnvironment(`${registry.origin}/below/a/path`, folder);
        const built = await runClient('go', ['build', '-o', 'program', '.'], folder, environment);
        assert.match(built.output, /checksum mismatch/);
        const report = await judgePins(registry.exchanges, registry.read, sourcesOf({ 'go.sum': sum }));
        assert.equal(report.conclusion, 'contradicted');
        const [first] = report.suspects;
        assert.ok(first?.judgement.kind === 'contradicted' && first.exchange.url.endsWith('.zip'));
        // go prints what it computed.
        assert.ok(built.output.includes(`h1:${first.judgement.got[0]!.value}`));
      });
    } finally {
      registry.close();
    }
  });
});
