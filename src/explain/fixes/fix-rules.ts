/** What can be done about each cause: advice, and how a line of a step becomes one that no longer has it. */
import type { CauseKind } from '../../compare/cause.ts';
import { commandEditor as commands, editText } from './shell-edits.ts';

export interface FixRule {
  /** What to do, in words that follow the title of the cause. */
  readonly advice: string;
  /** What a line becomes; undefined where it is not one that has the cause. */
  readonly edit?: (line: string) => string | undefined;
}

/** Edits one after the other, each of what the one before made. */
function firstThat(...edits: readonly ((line: string) => string | undefined)[]) {
  return (line: string): string | undefined => {
    let current: string | undefined;
    for (const edit of edits) current = edit(current ?? line) ?? current;
    return current;
  };
}

const text = (pattern: RegExp, becomes: string) => (line: string) => editText(line, pattern, becomes);
const has = (words: string, option: RegExp) => option.test(words);

/** A condition that asks for a value must not have a fixed one. */
const unlessAsked = (edit: (line: string) => string | undefined) => (line: string) =>
  /(?:^|\s)(?:\[\[?|test|case|if|elif|while|until)\s/.test(line) ? undefined : edit(line);

/** An option with the space behind it, where it is a word of its own; an option that is a whole quoted word stays. */
const portable = text(
  /(?<=\s)-m(?:arch|cpu|tune)=native\b ?|(?<!\s|\s["'])-m(?:arch|cpu|tune)=native\b/g,
  '',
);

const compilers = ['gcc', 'g++', 'cc', 'c++', 'clang', 'clang++'];
const pythons = ['python', 'python3'];

const fixedDate = commands(['date'], (_, words) =>
  has(words, /\s(?:-[a-zA-Z]*[drsf]|--(?:date|reference|set|file|help|version)|\d)/)
    ? undefined
    : `date -u -d @$SOURCE_DATE_EPOCH${words.replace(/\s+-u(?=\s|$)/, '')}`,
);
const keptClock = text(/\benv\s+-u\s*SOURCE_DATE_EPOCH\s+(?![-\w]*=|-)/g, '');

const namelessGzip = commands(['gzip', 'pigz'], (program, words) =>
  has(words, /\s(?:-[a-zA-Z0-9]*[ndlt]|--(?:no-name|decompress|list|test))/)
    ? undefined
    : `${program} -n${words}`,
);

const creates = /^\s+-?(?:(?![fxtruA])[a-zA-Z])*c|\s--create\b/;
/** Copies of trees, which keep times and owners as they are. */
const copies = /^\|\s*(?:\(.*?)?\bg?tar\b/;
const fixedTar = commands(['tar', 'gtar'], (program, words, { after }) => {
  if (!has(words, creates) || has(words, /\s--mtime/) || copies.test(after)) return undefined;
  const flags = words.replace(/^(\s+)([a-zA-Z]+)/, '$1-$2');
  return `${program} --sort=name --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner${flags}`;
});
const sortedTar = commands(['tar', 'gtar'], (program, words) =>
  has(words, creates) && !has(words, /\s--sort/)
    ? `${program} --sort=name${words.replace(/^(\s+)([a-zA-Z]+)/, '$1-$2')}`
    : undefined,
);
const fixedAr = commands(['ar', 'gcc-ar', 'llvm-ar'], (program, words) => {
  const [, space, flags, rest] = /^(\s+)(-?[a-zA-Z]*[rq][a-zA-Z]*)(.*)$/s.exec(words) ?? [];
  if (flags === undefined || flags.includes('D')) return undefined;
  return `${program}${space}${flags.replaceAll('U', '')}D${rest}`;
});
const fixedRanlib = commands(['ranlib', 'gcc-ranlib'], (program, words) =>
  has(words, /\s-[a-zA-Z]*D/) ? undefined : `${program} -D${words}`,
);
const fixedZip = commands(['zip'], (_, words, { before }) =>
  // Two commands stand for one only where nothing hangs on the first.
  !/(?:^|[;({]|&&|\b(?:then|do|else)\s)\s*$/.test(before) ||
  /\|\|/.test(before) ||
  has(words, /\s(?:-[a-zA-Z]*[XdTvhL@]|--(?!recurse-paths|quiet))/)
    ? undefined
    : `find . -exec touch -h -d @$SOURCE_DATE_EPOCH {} + && TZ=UTC zip -X${words}`,
);

const findWithSort = commands(['find'], (program, words, { before, after }) => {
  if (has(words, /\s-(?:exec|execdir|delete|ok|okdir|fprint0?|fprintf|fls|quit)\b|\s-printf\s.*\\0/))
    return undefined;
  // A pipe has the status of its last program.
  if (/(?:\b(?:if|elif|while|until)|!)\s+$/.test(before) || /^(?:&&|\|\|)/.test(after)) return undefined;
  // What is redirected is the output of the last program; anything else is not plain.
  const [, own, redirected] = /^([^<>]*?(?:\s*2>\s*\/dev\/null)?)(\s*(?:>>?[^<>]*)?)$/s.exec(words) ?? [];
  if (own === undefined || (/\d$/.test(own) && redirected!.startsWith('>'))) return undefined;
  return `${program}${own} | LC_ALL=C sort${has(own!, /\s-print0\b/) ? ' -z' : ''}${redirected}`;
});
const sortedFind = (line: string) =>
  /\|\s*(?:LC_ALL=C\s+)?sort\b/.test(line) ? undefined : findWithSort(line);
const bytewiseSort = commands(['sort'], (_, words) => `LC_ALL=C sort${words}`);
const sortedList = commands(['ls'], (program, words) => {
  // `-f` is `-aU` in one letter.
  const sorted = words.replace(/(\s)-([a-zA-Z]*[Uf][a-zA-Z]*)/g, (_, space: string, letters: string) => {
    const left = letters.replaceAll('U', '').replaceAll('f', 'a');
    return left === '' ? '' : `${space}-${left}`;
  });
  return sorted === words ? undefined : `LC_ALL=C ${program}${sorted}`;
});

const mappedPaths = commands(compilers, (program, words) =>
  has(words, /\s-(?:fdebug|ffile|fmacro)-prefix-map/)
    ? undefined
    : `${program} -ffile-prefix-map=$PWD=.${words}`,
);
const trimmedGo = commands(['go'], (_, words) =>
  has(words, /^\s+(?:build|install)\b/) && !has(words, /\s-trimpath/)
    ? `go${words.replace(/^(\s+(?:build|install))/, '$1 -trimpath')}`
    : undefined,
);
const remappedRust = commands(['cargo', 'rustc'], (program, words) =>
  program === 'rustc'
    ? has(words, /--remap-path-prefix/)
      ? undefined
      : `rustc --remap-path-prefix=$PWD=.${words}`
    : has(words, /^\s+(?:build|install|rustc)\b/)
      ? `RUSTFLAGS="$RUSTFLAGS --remap-path-prefix=$PWD=." cargo${words}`
      : undefined,
);
/** Named after the variable that holds it, so that two folders of a step do not become one. */
const fixedFolder = (line: string) => {
  if (/mktemp.*mktemp/.test(line)) return undefined;
  const name = /(?<!\w)(\w{1,40})=["']?\$\(\s{0,9}mktemp\b/.exec(line)?.[1];
  const folder = name === undefined ? '/tmp/build' : `/tmp/build-${name}`;
  return editText(line, /\$\(\s*mktemp\s+-d\s*\)/g, `$(mkdir -p ${folder} && echo ${folder})`);
};
const seededCompiler = commands(compilers, (program, words) =>
  has(words, /\s-flto/) && !has(words, /\s-frandom-seed/) ? `${program} -frandom-seed=0${words}` : undefined,
);

const seededPython = commands(pythons, (program, words) => `PYTHONHASHSEED=0 ${program}${words}`);
const seededPerl = commands(
  ['perl'],
  (program, words) => `PERL_HASH_SEED=0 PERL_PERTURB_KEYS=0 ${program}${words}`,
);
const unlessSeeded = (edit: (line: string) => string | undefined) => (line: string) =>
  /\b(?:PYTHONHASHSEED|PERL_HASH_SEED)=/.test(line) ? undefined : edit(line);

const oneJob = firstThat(
  commands(['make', 'gmake', 'ninja', 'samu'], (program, words) => {
    if (has(words, /\s(?:-t\b|--version)/)) return undefined;
    const serial = words.replace(/\s(?:-j\s*(?:\d+|\$\{?\w+\}?|\$\(nproc\))?|--jobs(?:=\S+)?)(?=\s|$)/g, '');
    return program.includes('make') && serial === words ? undefined : `${program} -j1${serial}`;
  }),
  text(/\bmake\s+-j\s*\$\(nproc\)/g, 'make -j1'),
  commands(['xargs'], (program, words) => {
    const serial = words.replace(/\s(?:-P\s*\S+|--max-procs=\S+)/g, '');
    return serial === words ? undefined : `${program}${serial}`;
  }),
);

/** The rules. Where nothing in a recipe can help, the cause has none. */
export const fixRules: Readonly<Record<CauseKind, FixRule | undefined>> = {
  timestamp: {
    advice:
      'use the clock of the build, `date -u -d @$SOURCE_DATE_EPOCH`; melange sets SOURCE_DATE_EPOCH for every step',
    edit: firstThat(keptClock, fixedDate),
  },
  'build-path': {
    advice:
      'build in a folder of a fixed name and have paths mapped: `-ffile-prefix-map=$PWD=.`, `go build -trimpath`, `rustc --remap-path-prefix`',
    edit: firstThat(fixedFolder, mappedPaths, trimmedGo, remappedRust),
  },
  'file-order': {
    advice: 'sort what is listed: `| LC_ALL=C sort`, `tar --sort=name`',
    edit: firstThat(sortedList, sortedFind, sortedTar),
  },
  randomness: {
    advice:
      'derive the value from the input, such as a digest of it, or fix the seed (`gcc -frandom-seed=NAME`)',
    edit: firstThat(fixedFolder, seededCompiler),
  },
  'hash-order': {
    advice: 'sort what is listed, or fix the seed: PYTHONHASHSEED=0, PERL_HASH_SEED=0',
    edit: unlessSeeded(firstThat(seededPython, seededPerl)),
  },
  'user-id': {
    advice: 'do not store who builds: `tar --owner=0 --group=0 --numeric-owner`, `install -o root`',
    edit: firstThat(
      unlessAsked(firstThat(text(/\$\((?:whoami|id -un)\)/g, 'root'), text(/\$\(id -[ug]\)/g, '0'))),
      fixedTar,
    ),
  },
  hostname: {
    advice: 'do not store where it is built: write a fixed name',
    edit: unlessAsked(text(/\$\((?:hostname|uname -n)\)/g, 'localhost')),
  },
  kernel: { advice: 'do not store the kernel of the builder: leave out `uname -r` and `uname -v`' },
  'cpu-count': {
    advice: 'do not let the number of processors decide: write a fixed number for `nproc`',
    edit: text(/\$\(nproc\)/g, '1'),
  },
  emulation: undefined,
  'memory-size': { advice: 'do not store the memory of the builder: leave out /proc/meminfo' },
  locale: {
    advice: 'sort by bytes: `LC_ALL=C sort`',
    edit: (line) => (/\bLC_ALL=/.test(line) ? undefined : bytewiseSort(line)),
  },
  umask: { advice: 'give modes: `install -m`, or `umask 022` before files are made' },
  'archive-metadata': {
    advice:
      'have the archive store no time and no owner of its own: `tar --sort=name --mtime=@$SOURCE_DATE_EPOCH --owner=0 --group=0 --numeric-owner`, `ar D`, `zip -X` after `touch -d @$SOURCE_DATE_EPOCH`',
    edit: firstThat(fixedTar, fixedAr, fixedRanlib, fixedZip),
  },
  'gzip-header': { advice: 'have gzip store neither time nor name: `gzip -n`', edit: namelessGzip },
  'python-hash-seed': {
    advice: 'fix the seed: PYTHONHASHSEED=0',
    edit: unlessSeeded(seededPython),
  },
  'parallel-build': {
    advice: 'do not let jobs that run at the same time write one file: `make -j1`, or sort what they wrote',
    edit: oneJob,
  },
  signature: { advice: 'sign outside of the build, and not the file that is packaged' },
  'tool-version': undefined,
  'sbom-generator': undefined,
  'compressor-version': undefined,
  'file-system': undefined,
  'hidden-input': {
    advice: 'keep what lies beside the recipe in the repository of recipes, or fetch it with its digest',
  },
  'environment-drift': undefined,
  derived: undefined,
  'march-native': {
    advice:
      'compile for the architecture, or for a named processor: leave out `-march=native`, `-mcpu=native` and `-mtune=native`',
    edit: (line) => (/\b(?:sed|grep|awk|perl)\b/.test(line) ? undefined : portable(line)),
  },
  'unpinned-input': {
    advice: 'pin what is fetched: a lock file with digests, a commit, `expected-sha256` of a `fetch` step',
  },
  unknown: undefined,
};
