/** What digests decide about a builder that printed its release: the encoder, where what was read of the package leaves several. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '../../src/digest.ts';
import { gzipKlauspost, pgzip } from '../../src/emit/deflate/encoders.ts';
import type { SectionDigests } from '../../src/emit/package.ts';
import type { Built } from '../../src/flow/candidate.ts';
import { decideBuilder } from '../../src/flow/decide-builder.ts';
import { type DeflateEncoder, encodersFor } from '../../src/melange/deflate-encoder.ts';
import { parseRelease } from '../../src/melange/version.ts';
import { parseArchitecture } from '../../src/names.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { inputOf } from '../emit/deflate/inputs.ts';
import { inputNear, nearDecisions } from '../emit/deflate/near-decisions.ts';
import { collect } from '../emit/deflate/support.ts';

const near = inputNear(nearDecisions[0]!);
const short = inputOf('text', 2000);

interface Archives {
  readonly data: Uint8Array;
  readonly control: Uint8Array;
}

interface Sections {
  readonly data: Uint8Array;
  readonly control: Uint8Array;
}

async function compressed({ data, control }: Archives, encoder: DeflateEncoder): Promise<Sections> {
  return { data: await collect(pgzip([data], { encoder })), control: gzipKlauspost(control, encoder) };
}

/** A package that was built with one pair of archives and published with another; `compressions` counts the data sections that were asked for. */
async function built(own: Archives, published: Archives, by: DeflateEncoder, architecture: string) {
  const encoders = encodersFor('v1.18.2', parseArchitecture(architecture)!);
  const planned = encoders[0];
  const plan = { builder: { deflate: planned } } as Plan;
  const ofPublished = await compressed(published, by);
  const compressions: DeflateEncoder[] = [];
  const ownSections = async ({ builder: { deflate } }: Plan) => {
    compressions.push(deflate);
    return compressed(own, deflate);
  };
  const rebuiltBy = async (other: Plan): Promise<Built['rebuilt']> => {
    const { data, control } = await compressed(own, other.builder.deflate);
    const outcome = { data: { sha256: sha256(data) }, control };
    return { plan: other, outcome, otherwise } as unknown as Built['rebuilt'];
  };
  const otherwise = {
    digests: async (other: Plan): Promise<SectionDigests> => ({
      archive: async () => sha256(own.data),
      data: async () => sha256((await ownSections(other)).data),
      control: async () => (await compressed(own, other.builder.deflate)).control,
    }),
    emit: rebuiltBy,
  };
  const section = (bytes: Uint8Array, archive: Uint8Array) => ({
    sha256: sha256(bytes),
    tarSha256: sha256(archive),
  });
  const candidate = {
    target: {
      claim: { traits: { melange: { version: parseRelease('v0.59.1'), basis: 'release' } } },
      apk: {
        signature: undefined,
        data: section(ofPublished.data, published.data),
        control: section(ofPublished.control, published.control),
      },
    },
    prepared: {
      otherEncoders: ({ builder }: Plan) => encoders.filter((each) => each !== builder.deflate),
    },
    run: { machine: { signal: new AbortController().signal } },
  } as unknown as Built['candidate'];
  return { built: { candidate, rebuilt: await rebuiltBy(plan) }, compressions, planned };
}

async function decided(...given: Parameters<typeof built>) {
  const { built: first, compressions, planned } = await built(...given);
  const { rebuilt } = await decideBuilder(first);
  return { encoder: rebuilt.plan.builder.deflate, compressions, planned };
}

describe('where the archive is the published one, its digest decides on the encoder', () => {
  const long: Archives = { data: near, control: short };
  const rows: readonly (readonly [string, Archives, DeflateEncoder, string])[] = [
    ['a package for aarch64 that was built there', long, 'v1.18.2-arm64', 'aarch64'],
    ['a package for aarch64 that was built on x86_64', long, 'v1.18.2', 'aarch64'],
    ['a package for x86_64 that was built there', long, 'v1.18.2', 'x86_64'],
    ['a package for x86_64 that was built on aarch64', long, 'v1.18.2-arm64', 'x86_64'],
    ['a control section of several windows', { data: short, control: near }, 'v1.18.2', 'aarch64'],
  ];
  for (const [name, archives, by, architecture] of rows) {
    it(name, async () => {
      assert.equal((await decided(archives, archives, by, architecture)).encoder, by);
    });
  }

  it('with nothing compressed again where the expected one fits', async () => {
    const { compressions } = await decided(long, long, 'v1.18.2', 'x86_64');
    assert.deepEqual(compressions, []);
  });
});

describe('where more than the compressed form differs, the encoder stays as it was planned', () => {
  const rows: readonly (readonly [string, Archives, Archives])[] = [
    ['the data', { data: near, control: short }, { data: near.subarray(1), control: short }],
    ['the control section', { data: near, control: short }, { data: near, control: short.subarray(1) }],
  ];
  for (const [name, own, published] of rows) {
    it(`${name}, and nothing is compressed again`, async () => {
      const { encoder, compressions, planned } = await decided(own, published, 'v1.18.2', 'x86_64');
      assert.equal(encoder, planned);
      assert.deepEqual(compressions, []);
    });
  }

  it('the encoder that was none of those known', async () => {
    const own: Archives = { data: near, control: short };
    const { built: first } = await built(own, own, 'v1.18.2', 'aarch64');
    Object.assign(first.candidate.target.apk.data, { sha256: sha256(short) });
    const { rebuilt } = await decideBuilder(first);
    assert.equal(rebuilt.plan.builder.deflate, 'v1.18.2-arm64');
  });
});

describe('where the builder printed no release, the plan of what its steps left', () => {
  it('names the transcript of what they fetched, whichever version fits', async () => {
    const own: Archives = { data: short, control: short };
    const network = { kind: 'gateway' as const, transcript: sha256(short) };
    for (const published of [own, { ...own, control: near }, { ...own, data: near }]) {
      const { built: first } = await built(own, published, 'v1.18.2', 'x86_64');
      const { candidate, rebuilt } = first;
      Object.assign(candidate.target.claim.traits.melange, { basis: 'nearest' });
      // Before the steps ran, there was no transcript to name.
      const planUnder = () => ({ ...rebuilt.plan, network: { kind: 'gateway', transcript: null } });
      Object.assign(candidate.prepared, { planUnder });
      const recorded = { ...rebuilt, plan: { ...rebuilt.plan, network } };
      assert.deepEqual((await decideBuilder({ candidate, rebuilt: recorded })).rebuilt.plan.network, network);
    }
  });
});
