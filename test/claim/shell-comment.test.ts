import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasComment } from '../../src/claim/shell-comment.ts';

describe('hasComment', () => {
  for (const text of [
    '# x\n',
    'true\n# x\n',
    'true\n\t # x\n',
    'true # x\n',
    'true;# x\n',
    'true \\\n# x\n',
    "echo '#' # x\n",
    'echo "a # $b $\u007bc} \\" #" # x\n',
    '[ $# = 0 ] # x\n',
    'echo $a $\u007bb} # x\n',
    'echo a > b # x\n',
  ])
    it(`is certain of ${JSON.stringify(text)}`, () => assert.equal(hasComment(text), true));

  for (const text of [
    'true\n',
    'echo a#b\n',
    'echo a\\\n#b\n',
    'echo \\# \\ #b\n',
    "echo '\n# x\n'\n",
    'echo "\n# x\n"\n',
    "echo it\\'s 'a # b'\n",
    "echo $'\\' # x\n'\n",
    'echo "$(echo "\n# x\n")"\n',
    'echo "$\u007ba:-"\n# x\n"}"\n',
    'cat << EOF\n# x\nEOF\n',
    'cat <<-EOF\n\t# x\n\tEOF\n',
    'echo $# $\u007b#a} $\u007ba#b} $\u007ba/ #b/c}\n',
    'echo $((16#ff)) `\n# x\n`\n',
    'a=(\n# x\n)\n',
    '[[ a =~ # ]]\n',
    'a[ #b ]=1\n',
    "echo '\n# x\n",
    'echo "\n# x\n',
    '',
  ])
    it(`finds none in ${JSON.stringify(text)}`, () => assert.equal(hasComment(text), false));

  it('begins where it is told to', () => assert.equal(hasComment('#!/bin/sh\ntrue\n', 10), false));
});
