/** Libraries that a graphics driver on the host brings (melange pkg/sca/sca.go; the list of v0.30.1 to v0.59.1). */
import type { Format } from '../../melange/format.ts';

const hostLibraries: ReadonlySet<string> = new Set([
  'libEGL_nvidia.so.1',
  'libGLESv1_CM_nvidia.so.1',
  'libGLESv2_nvidia.so.1',
  'libGLX_nvidia.so.1',
  'libcuda.so.1',
  'libcudadebugger.so.1',
  'libnvcuvid.so.1',
  'libnvoptix.so.1',
  ...[
    'allocator',
    'cfg',
    'eglcore',
    'encode',
    'fbc',
    'glcore',
    'glsi',
    'glvkspirv',
    'gpucomp',
    'ml',
    'ngx',
    'nvvm',
    'opencl',
    'opticalflow',
    'pkcs11',
    'pkcs11-openssl3',
    'ptxjitcompiler',
    'rtcore',
    'tls',
  ].map((part) => `libnvidia-${part}.so.1`),
]);

/** Where a library is named: in DT_NEEDED, as the SONAME of a file, or as the SONAME behind a link. */
export type Mention = keyof Format['hostLibraries'];

/** Whether a library is left out because the host brings it. */
export function isHostLibrary(library: string, mention: Mention, format: Format): boolean {
  const left = format.hostLibraries[mention];
  if (left === 'none') return false;
  return left === 'all' ? hostLibraries.has(library) : library === 'libcuda.so.1';
}
