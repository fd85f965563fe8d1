import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const found = process.env['CHROMIUM'] ?? places.find((path) => existsSync(path));

/** The system's Chromium, or undefined where there is none; a test that skips for want of it says so. */
export const chromiumPath = found;
if (!found) process.stderr.write('No Chromium was found: the tests in a browser are skipped. Set CHROMIUM to its path.\n');

/** A machine may be ten times as busy as ours, and no test fails for that; in milliseconds. */
const patience = 300_000;

/** A browser whose pages wait for as long as tests do. */
export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: found,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(patience);
    context.setDefaultNavigationTimeout(patience);
    return context;
  };
  return browser;
}
