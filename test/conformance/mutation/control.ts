/** Changes of the control section: its files, and every line of .PKGINFO. */

import {
  changeControl,
  type PartEntry,
  type Parts,
  textOf,
  withContent,
  withText,
} from '../../support/parts.ts';
import { type Change, fields, flip } from './attributes.ts';

export function* controlChanges(parts: Parts): Generator<Change> {
  for (const [index, entry] of parts.control.entries()) {
    const replaced = (changed: PartEntry) => ({
      ...parts,
      control: parts.control.map((each, at) => (at === index ? changed : each)),
    });
    for (const [what, change] of fields) {
      const changed = change(entry);
      if (changed !== undefined) yield { what: `control ${entry.name}: ${what}`, parts: replaced(changed) };
    }
    if (entry.name === '.PKGINFO') continue;
    yield {
      what: `control ${entry.name}: dropped`,
      parts: { ...parts, control: parts.control.filter((_, at) => at !== index) },
    };
    const { content } = entry;
    for (const at of [0, content.length >> 1, content.length - 1].filter(
      (each) => each >= 0 && each < content.length,
    )) {
      yield {
        what: `control ${entry.name}: byte ${at}`,
        parts: replaced(withContent(entry, flip(content, at))),
      };
    }
    yield {
      what: `control ${entry.name}: a newline more`,
      parts: replaced(withText(entry, `${textOf(entry)}\n`)),
    };
    yield {
      what: `control ${entry.name}: a comment`,
      parts: replaced(withText(entry, `# x\n${textOf(entry)}`)),
    };
  }
  yield { what: 'control: order of entries', parts: { ...parts, control: [...parts.control].reverse() } };
  const script = { ...parts.control[0]!, mode: 0o755 };
  for (const name of ['.post-install', '.pre-install', '.trigger', '.pre-upgrade', '.zz']) {
    if (parts.control.some((entry) => entry.name === name)) continue;
    const added = withText({ ...script, name }, '#!/bin/sh\ntrue\n');
    const control = [...parts.control, added].sort((a, b) => (a.name < b.name ? -1 : 1));
    yield { what: `control ${name}: added`, parts: { ...parts, control } };
  }
}

/** Lines of .PKGINFO: each dropped, doubled, changed and moved; some added. `datahash` is always made right. */
export function* pkginfoChanges(parts: Parts): Generator<Change> {
  const text = textOf(parts.control.find(({ name }) => name === '.PKGINFO')!);
  const lines = text.slice(0, -1).split('\n');
  const rewritten = (what: string, changed: readonly string[], end = '\n'): Change => ({
    what: `.PKGINFO: ${what}`,
    parts: changeControl(parts, '.PKGINFO', (entry) => withText(entry, changed.join('\n') + end)),
  });
  for (const [index, line] of lines.entries()) {
    yield rewritten(
      `"${line}" dropped`,
      lines.filter((_, at) => at !== index),
    );
    yield rewritten(
      `"${line}" twice`,
      lines.flatMap((each, at) => (at === index ? [each, each] : [each])),
    );
    yield rewritten(`"${line}" last`, [...lines.filter((_, at) => at !== index), line]);
    if (!line.startsWith('datahash = '))
      yield rewritten(
        `"${line}" changed`,
        lines.map((each, at) => (at === index ? `${each}0` : each)),
      );
  }
  for (const line of [
    'depend = so:libevil.so.1',
    'depend = so-ver:libevil.so.1>=1',
    'provides = cmd:evil=1',
    'replaces = busybox',
    'provider_priority = 100',
    'triggers = /usr/bin',
    'license = MIT',
    'builddate = 1718452801',
    'install_if = busybox',
    '# a comment',
    '',
    'size = 20',
  ]) {
    yield rewritten(`"${line}" added`, [...lines.slice(0, -1), line, lines.at(-1)!]);
  }
  yield rewritten('no newline at the end', lines, '');
  yield rewritten('lines end as on Windows', lines, '\r\n');
}
