/** Keys 1 to 8 go to the exhibits that exist, by their links in the page's head. */
export function goToExhibit(number: number): void {
  document.querySelector<HTMLAnchorElement>(`.top [data-exhibit="${number}"]`)?.click();
}
