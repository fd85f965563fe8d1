import { stored } from './storage';

export type Theme = 'light' | 'dark' | 'system';
export const theme = stored<Theme>('plaza.theme', 'system');

/** Puts the theme on the page, now and whenever it is changed. */
export function followTheme(): void {
  const apply = (): void => {
    if (theme.get() === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme.get();
  };
  theme.subscribe(apply);
  apply();
}
