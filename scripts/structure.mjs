/** `npm run structure`: the rooms of the program (folders, and files in none), floor by floor, and the circles of imports. */
import { join } from 'node:path';
import { compile, installPackages, requireNode, root } from './setup.mjs';

requireNode();
installPackages();
compile('tsconfig.json');
const { circlesIn, files, reached, read } = await import(join(root, '.build/test/support/imports.js'));

/**
 * @typedef {object} Room
 * @property {number} files
 * @property {number} lines
 * @property {Set<string>} below what it imports
 */

/** @type {Map<string, Room>} */
const rooms = new Map();
/** @type {Map<string, string[]>} */
const graph = new Map();
const long = [];
for (const file of files) {
  const name = roomOf(file);
  const room = rooms.get(name) ?? { files: 0, lines: 0, below: new Set() };
  const lines = read(file).split('\n').length - 1;
  const targets = reached(file);
  for (const target of targets) if (roomOf(target) !== name) room.below.add(roomOf(target));
  rooms.set(name, { files: room.files + 1, lines: room.lines + lines, below: room.below });
  graph.set(file, targets);
  if (lines > 300) long.push(`${file} ${lines}`);
}

const ordered = [...rooms].map(([name, room]) => ({ name, ...room, floor: floorOf(room) }));
ordered.sort((a, b) => b.floor - a.floor || b.lines - a.lines);
for (const { name, floor, files: count, lines, below } of ordered) {
  const folders = [...below].filter((each) => each.endsWith('/')).sort();
  const sizes = `${String(count).padStart(3)} files ${String(lines).padStart(5)} lines`;
  console.log(`${String(floor).padStart(2)}  ${name.padEnd(19)} ${sizes}  ${folders.join(' ')}`);
}
/** @param {(room: Room) => number} figure */
const sum = (figure) => ordered.reduce((total, room) => total + figure(room), 0);
const lines = sum((room) => room.lines);
const biggest = ordered.reduce((a, b) => (b.lines > a.lines ? b : a));
const circles = circlesIn(graph);
console.log();
console.log(`${files.length} files, ${lines} lines; ${rooms.size} rooms on ${ordered[0]?.floor} floors`);
console.log(`${sum(({ below }) => below.size)} arrows between rooms`);
console.log(`biggest room: ${biggest.name}, ${Math.round((100 * biggest.lines) / lines)} % of the lines`);
console.log(`circles of files: ${circles.length}`);
for (const circle of circles) console.log(`    ${circle.join(' ')}`);
console.log(`files of more than 300 lines: ${long.join(', ')}`);

/**
 * A folder with its slash, or a file that is in none.
 * @param {string} file
 */
function roomOf(file) {
  return file.slice(0, file.indexOf('/') + 1) || file;
}

/**
 * The floor of a room, which is above everything that it imports.
 * @param {Room} room
 * @returns {number}
 */
function floorOf({ below }) {
  return 1 + Math.max(0, ...[...below].map((name) => floorOf(/** @type {Room} */ (rooms.get(name)))));
}
