/** The colours of all pages: for light and dark screens, and for paper. */
export const palette = `:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --faint: #57606a; --line: #d0d7de; --good: #116329;
  --warn: #7d4e00; --bad: #a40e26; --p: #ffebe9; --r: #dafbe1; --pb: #ffc9c4; --rb: #a6ebb3; --focus: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --line: #3d444d;
  --good: #56d364; --warn: #e3b341; --bad: #ff7b72; --p: #3a1719; --r: #10331b; --pb: #7d2529; --rb: #1d5f31;
  --focus: #79c0ff; } }
`;

export const printPalette = `  :root { color-scheme: light; --paper: #fff; --ink: #000; --faint: #444; --line: #999; --good: #0b4a1d; --warn: #5c3a00;
    --bad: #7d0a1d; --p: #fff; --r: #fff; --pb: #ddd; --rb: #ddd; }
`;
