/** The name and version that a tool writes into its output. */
import { trimmedEnd } from '../../bytes.ts';
import { changeFinding, type Detector, lineOf } from './evidence.ts';

const version = /^v?\d+\.\d+([-+~._][-+~._A-Za-z0-9]*)?$|^go1\.\d+(\.\d+)?$/;
const speaksOfTools =
  /\b(GCC|clang|LLVM|rustc|Go|cmd\/compile|ghc|javac|Build-Jdk|Created-By|Built-By|Generator|generated (by|with|using)|autoconf|automake|bison|flex|swig|cython|doxygen|sphinx|groff|man2html|help2man|pandoc|docutils|asciidoctor?|xsltproc|gettext|Tool: |compiler|Producer|\w*installed_by_version|\w*rubygems_version|cmake|meson|libtool|javadoc|jdk|maven|gradle|rdoc|yard|webpack|vite|rollup|esbuild|terser|uglify-?js|sass|texinfo|makeinfo|pdftex|ghostscript|inkscape|imagemagick|binutils|go version|toolchain)\b/i;

export const toolVersion: Detector = {
  kind: 'tool-version',
  detect: ({ changes }) =>
    changes.flatMap((change) => {
      const [published, rebuilt] = [bare(change.published), bare(change.rebuilt)];
      if (!version.test(published) || !version.test(rebuilt) || !speaksOfTools.test(lineOf(change)))
        return [];
      return [changeFinding(change, 'likely', 'a tool says which version of it was used')];
    }),
};

function bare(text: string | undefined): string {
  return trimmedEnd(text ?? '', '),.;');
}
