/** A project of somebody else's, with the packed package installed in it and no network. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const PACKAGE = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'npm');
export const README = readFileSync(join(PACKAGE, 'README.md'), 'utf8');
export const TYPES = readFileSync(join(PACKAGE, 'losscape.d.ts'), 'utf8');

const NPM = process.platform === 'win32' ? 'npm.cmd' : 'npm';

export const run = (program, args, cwd) => execFileSync(program, args, { cwd, encoding: 'utf8' });

/** Packs the package and installs it: what `npm pack` says, where it is, and how to run a script there. */
export function install() {
  const folder = mkdtempSync(join(tmpdir(), 'losscape-'));
  const write = (name, text) => writeFileSync(join(folder, name), text);
  const [packed] = JSON.parse(run(NPM, ['pack', '--json', '--pack-destination', folder], PACKAGE));
  write('package.json', '{ "private": true, "type": "module" }');
  run(NPM, ['install', '--offline', '--no-audit', '--no-fund', `./${packed.filename}`], folder);
  return {
    packed,
    folder,
    write,
    /** The lines that a script prints, after `first` has run. */
    script(text, first = '') {
      write('first.mjs', first);
      write('main.mjs', text);
      return run(process.execPath, ['--import', './first.mjs', 'main.mjs'], folder).trim().split('\n');
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
