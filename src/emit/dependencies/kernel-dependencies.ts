/** Linux kernels and their modules: a kernel provides its version, a module needs the one it was built for. */
import { type Content, contentOf } from '../../formats/content.ts';
import { findBytes } from '../../formats/find-bytes.ts';
import { gunzipFile, gunzipInside, gzipMagic } from '../../formats/gunzip.ts';
import { linuxSection } from '../../formats/pe.ts';
import type { Format } from '../../melange/format.ts';
import type { AnalysedPackage, Found, SkippedFile } from './analyser.ts';
import { isModulePath, moduleVersion } from './compressed-modules.ts';
import { isInDirectory, isOpenable } from './go-text.ts';
import { type TextEnd, textAfter, textAt } from './scan.ts';

const bootDirectories = ['boot/...'];

const kernelBanner = 'Linux version ';
/** The x86 boot protocol: the magic, and the offset of the version text minus 0x200. */
const bootMagic = { offset: 514, bytes: Buffer.from('HdrS') };
const versionPointer = { offset: 526, base: 0x200 };

const wholeFile: TextEnd = { atEnd: true };

/**
 * `linux:<version>` for each kernel and each module, below the directories of the table at any depth (melange
 * pkg/sca/kernel_sca.go, since v0.34.2). Modules are tried as kernels too. A version that begins with any other
 * character gives just `linux:`.
 */
export function kernels(analysed: AnalysedPackage): Found {
  const provides: string[] = [];
  const runtime: string[] = [];
  const skipped: SkippedFile[] = [];
  if (analysed.format.kernel === 'none') return {};
  for (const { path, type, content } of analysed.tree.entries) {
    if (type !== 'file' || !isOpenable(path)) continue;
    if (!isModulePath(path) && !isInDirectory(path, bootDirectories, { recursive: true })) continue;
    const gunzipped = gunzipFile(content);
    if (gunzipped === 'damaged') continue;
    const kernel = kernelVersion(unpackKernel(content, gunzipped), analysed.format);
    if (kernel !== undefined) provides.push(linux(kernel));
    if (!isModulePath(path)) continue;
    const module = analysed.compressedModules.get(path) ?? {
      text: moduleVersion(gunzipped === undefined ? content : contentOf(gunzipped)),
    };
    if (module === 'not-decompressed') skipped.push({ path, reason: module });
    else if (module.text !== undefined) runtime.push(linux(module.text));
  }
  return { provides, runtime, skipped };
}

function linux(text: string): string {
  return `linux:${/^[0-9.\-_A-Za-z]*/.exec(text)![0]}`;
}

/** The version text of a kernel image. */
function kernelVersion(image: Content, format: Format): string | undefined {
  return (
    bootHeaderVersion(image) ??
    (format.kernel === 'v0.34.2' ? undefined : bannerInside(image)) ??
    textAfter(image, kernelBanner, wholeFile)
  );
}

/** The banner in the first gzip member anywhere in an image; an image of ARM continues after it. */
function bannerInside(image: Content): string | undefined {
  const start = findBytes(image, gzipMagic);
  const inside = start === undefined ? undefined : gunzipInside(image, start);
  return inside && textAfter(contentOf(inside.bytes), kernelBanner, { atEnd: inside.complete });
}

/** The image itself, or the one that is packed in it. */
function unpackKernel(file: Content, gunzipped: Uint8Array | undefined): Content {
  const image = gunzipped ?? linuxSection(file);
  return image === undefined ? file : contentOf(image);
}

function bootHeaderVersion(kernel: Content): string | undefined {
  if (!bootMagic.bytes.equals(kernel.read(bootMagic.offset, bootMagic.bytes.length))) return undefined;
  const pointer = Buffer.from(kernel.read(versionPointer.offset, 2));
  if (pointer.length < 2 || pointer.readUInt16LE(0) === 0) return undefined;
  return textAt(kernel, versionPointer.base + pointer.readUInt16LE(0), wholeFile);
}
