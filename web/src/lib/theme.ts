/** Light, dark, or the system's choice. The choice stays on the device. */

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'losscape.theme';

export function storedTheme(): Theme {
  const text = read(KEY);
  return text === 'light' || text === 'dark' ? text : 'system';
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  write(KEY, theme);
}

/** Storage may be forbidden (a private window, an embedded page); the page then forgets, and works. */
export function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Nothing to do: the choice lasts as long as the page.
  }
}
