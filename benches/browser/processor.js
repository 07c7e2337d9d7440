// The processor's time of a page, where the system tells it (Linux): a machine's other work then counts less.

import { readFileSync, readdirSync } from 'node:fs';

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Seconds of the main threads of the pages of the browser with this argument, so far; nothing where that is not known. */
export function pagesOf(argument) {
  let all = [];
  try {
    all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return () => undefined;
  }
  const line = (pid) => read(`/proc/${pid}/cmdline`);
  // The name of a program may hold anything, so fields are counted from its end.
  const parent = (pid) => read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ')[1];
  const root = all.find((pid) => line(pid).includes(argument) && !line(pid).includes('--type='));
  const below = (pid) => pid === root || (Number(pid) > 1 && below(parent(pid)));
  const pages = all.filter((pid) => root && line(pid).includes('--type=renderer') && below(pid));
  const seconds = (pid) => Number(read(`/proc/${pid}/task/${pid}/schedstat`).split(' ')[0]) / 1e9;
  return pages.length > 0 ? () => pages.reduce((sum, pid) => sum + seconds(pid), 0) : () => undefined;
}
