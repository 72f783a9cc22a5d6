/** CPEs by the origin of a package (wolfi-dev/wolfictl v0.39.22 pkg/sbom/cpe.go). */
import type { CpeParts } from './cpe.ts';

type Named = Pick<CpeParts, 'vendor' | 'product' | 'softwareEdition'>;

const byOrigin: Readonly<Record<string, Named>> = {
  bind: { vendor: 'isc', product: 'bind' },
  binutils: { vendor: 'gnu', product: 'binutils' },
  cortex: { vendor: 'linuxfoundation', product: 'cortex' },
  curl: { vendor: 'haxx', product: 'curl' },
  envoy: { vendor: 'envoyproxy', product: 'envoy' },
  exim: { vendor: 'exim', product: 'exim' },
  flex: { vendor: 'flex_project', product: 'flex' },
  gcc: { vendor: 'gnu', product: 'gcc' },
  git: { vendor: 'git-scm', product: 'git' },
  jenkins: { vendor: 'jenkins', product: 'jenkins' },
  libtasn1: { vendor: 'gnu', product: 'libtasn1' },
  memcached: { vendor: 'memcached', product: 'memcached' },
  ncurses: { vendor: 'gnu', product: 'ncurses' },
  openjdk: { vendor: 'oracle', product: 'openjdk' },
  'openssl-provider-fips': { vendor: 'openssl', product: 'openssl' },
  php: { vendor: 'php', product: 'php' },
  redis: { vendor: 'redis', product: 'redis' },
  vault: { vendor: 'hashicorp', product: 'vault' },
};

const byBeginning: Readonly<Record<string, Named>> = {
  'openjdk-': { vendor: 'oracle', product: 'jdk' },
  'corretto-': { vendor: 'oracle', product: 'jdk' },
  'dotnet-': { vendor: 'microsoft', product: '.net' },
  'gitlab-': { vendor: 'gitlab', product: 'gitlab', softwareEdition: 'community' },
};

const exceptions: readonly string[] = ['gitlab-operator', 'gitlab-operator-fips'];

/** The CPE of an origin; undefined where the table does not know it. The version loses its epoch. */
export function originCpe(origin: string, fullVersion: string): CpeParts | undefined {
  const epochAt = fullVersion.lastIndexOf('-r');
  const version = epochAt < 0 ? fullVersion : fullVersion.slice(0, epochAt);
  if (Object.hasOwn(byOrigin, origin)) return { ...byOrigin[origin]!, version };
  const beginning = Object.keys(byBeginning).find((each) => origin.startsWith(each));
  if (beginning === undefined || exceptions.includes(origin)) return undefined;
  return { ...byBeginning[beginning]!, version };
}
