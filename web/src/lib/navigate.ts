/** Keys 1 to 8 go to the exhibits that exist, by their links in the page's head. */

import exhibits from '../exhibits.json' with { type: 'json' };

export function goToExhibit(number: number): void {
  const exhibit = exhibits[number - 1];
  if (!exhibit?.built) return;
  document.querySelectorAll<HTMLAnchorElement>('.top li a').forEach((link) => {
    if (new URL(link.href).pathname.endsWith(`/${exhibit.key}/`)) link.click();
  });
}
