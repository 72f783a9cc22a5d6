/** Scripts that complete the command line in a shell. They are made of the tree of commands and start no program while somebody types. */
import type { Command, Option } from '../commander.ts';

export const completedShells = ['bash', 'zsh', 'fish'] as const;
export type CompletedShell = (typeof completedShells)[number];

/** A command with the words that call it; the program itself has none. */
interface Called {
  readonly words: string;
  readonly options: readonly Option[];
  readonly commands: readonly Command[];
}

export function completionScript(program: Command, shell: CompletedShell): string {
  const all = calledBy(program, program.options, '');
  if (shell === 'fish') return fishScript(all);
  return shell === 'bash' ? bashScript(all) : zshScript(all);
}

function calledBy(command: Command, everywhere: readonly Option[], words: string): Called[] {
  const own = command.options.filter(({ hidden }) => !hidden);
  const options = words === '' ? everywhere : [...own, ...everywhere];
  return [
    { words, options, commands: command.commands },
    ...command.commands.flatMap((each) => calledBy(each, everywhere, `${words} ${each.name()}`.trim())),
  ];
}

function flagsOf({ long, short }: Option): string[] {
  return [long, short].flatMap((each) => each ?? []);
}

/** Words between single quotes, as all three shells read them where there is no backslash. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '').replaceAll("'", '’')}'`;
}

/** What bash and zsh have alike: the words that were typed before the cursor are in an array, from the second one on. */
function body(all: readonly Called[], typed: { readonly word: string; readonly from: string }): string {
  const commands = all.flatMap(({ words }) => (words === '' ? [] : quoted(words)));
  const choices = all.flatMap(({ words, options }) =>
    options.flatMap(({ long = '', argChoices }) =>
      argChoices === undefined
        ? []
        : `    ${quoted(`${words}/${long}`)}) list=${quoted(argChoices.join(' '))};;`,
    ),
  );
  const valued = new Set(
    all.flatMap(({ options }) =>
      options.filter(({ required, argChoices }) => required && argChoices === undefined).flatMap(flagsOf),
    ),
  );
  const candidates = all.map(({ words, options, commands: below }) => {
    const list = [...below.map((each) => each.name()), ...options.flatMap(flagsOf), '--help'];
    return `    ${quoted(words)}) list=${quoted(list.join(' '))};;`;
  });
  return `  for ((at = ${typed.from}; at++)); do
    case "\${called:+$called }${typed.word}" in
      ${commands.join('|')}) called="\${called:+$called }${typed.word}";;
    esac
  done
  case "$before" in
    ${[...valued].map(quoted).join('|')}) files=only;;
  esac
  case "$called/$before" in
${choices.join('\n')}
  esac
  if [ -z "$list$files" ]; then
    case "$called" in
${candidates.join('\n')}
    esac
  fi`;
}

function bashScript(all: readonly Called[]): string {
  return `# bash completion of wolfi-repro, as \`wolfi-repro completion bash\` prints it
_wolfi_repro() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local called='' list='' files='' at
${body(all, { word: `\${COMP_WORDS[at]}`, from: '1; at < COMP_CWORD' })}
  COMPREPLY=($(compgen -W "$list" -- "$current"))
  case "$files$current" in
    -*) ;;
    *) COMPREPLY+=($(compgen -f -- "$current"));;
  esac
}
complete -o filenames -F _wolfi_repro wolfi-repro
`;
}

function zshScript(all: readonly Called[]): string {
  return `#compdef wolfi-repro
# zsh completion of wolfi-repro, as \`wolfi-repro completion zsh\` prints it
_wolfi_repro() {
  local current=\${words[CURRENT]} before=\${words[CURRENT-1]}
  local called='' list='' files='' at
${body(all, { word: `\${words[at]}`, from: '2; at < CURRENT' })}
  compadd -- \${=list}
  case "$files$current" in
    -*) ;;
    *) _files;;
  esac
}
case "$funcstack[1]" in
  # zsh found the file by its name, and calls it for the first completion.
  _wolfi[-_]repro) _wolfi_repro "$@";;
  *) compdef _wolfi_repro wolfi-repro;;
esac
`;
}

function fishScript(all: readonly Called[]): string {
  const commands = all.flatMap(({ words }) => (words === '' ? [] : quoted(words)));
  const lines = all.flatMap(({ words, options, commands: below }) => {
    const complete = `complete -c wolfi-repro -n "__wolfi_repro_called ${quoted(words)}"`;
    return [
      ...below.map((each) => `${complete} -a ${each.name()} -d ${quoted(each.summary())}`),
      ...options.map((option) => `${complete} ${fishOption(option)}`),
    ];
  });
  return `# fish completion of wolfi-repro, as \`wolfi-repro completion fish\` prints it
function __wolfi_repro_called
  set -l called
  for word in (commandline -opc)[2..-1]
    if contains -- (string join ' ' -- $called $word) ${commands.join(' ')}
      set -a called $word
    end
  end
  test "$called" = "$argv[1]"
end
${lines.join('\n')}
`;
}

const mostSummary = 70;

function fishOption({ long, short, required, argChoices, description }: Option): string {
  const summary = description.length > mostSummary ? `${description.slice(0, mostSummary)}…` : description;
  return [
    ...(long === undefined ? [] : [`-l ${long.slice(2)}`]),
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(argChoices === undefined ? (required ? ['-r'] : []) : [`-x -a ${quoted(argChoices.join(' '))}`]),
    `-d ${quoted(summary)}`,
  ].join(' ');
}
