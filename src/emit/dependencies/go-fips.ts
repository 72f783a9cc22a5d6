/** Go programs that load OpenSSL at run time need it although no ELF header says so (melange pkg/sca/sca.go). */

import { type GoSetting, goSettings } from '../../formats/elf/go-build-info.ts';
import type { Elf } from '../../formats/elf/reader.ts';
import type { Format } from '../../melange/format.ts';

/** Values of GOEXPERIMENT, which must name one of them and nothing else. */
const experiments = ['boringcrypto', 'systemcrypto', 'opensslcrypto'];
const libraries = ['openssl-config-fipshardened', 'so:libcrypto.so.3'];

/** The dependencies of a program that cgo and one of the toolchains with OpenSSL built; else none. */
export function fipsNeeds(elf: Elf, format: Format): readonly string[] {
  const settings = goSettings(elf);
  const isSet = (key: string, value: string) =>
    settings.some((setting: GoSetting) => setting.key === key && setting.value === value);
  const fips =
    experiments.some((experiment) => isSet('GOEXPERIMENT', experiment)) ||
    (format.goFips === 'v0.31.3' && isSet('microsoft_systemcrypto', '1'));
  if (!fips || !isSet('CGO_ENABLED', '1')) return [];
  return format.goFips === 'v0.31.3' ? libraries : [...libraries, 'so:libssl.so.3'];
}
