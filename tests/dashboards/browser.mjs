// Headless Chromium, kept on loopback.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']; // as in renderer.py

/** Null when there is none. */
export function chromiumPath() {
  return PLACES.find((path) => existsSync(path)) ?? null;
}

export function launch(executablePath) {
  return chromium.launch({
    executablePath,
    headless: true,
    // Its sandbox needs a user other than root; the pages are our own.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--disable-lcd-text'],
  });
}

/** A page that reaches only `origin`; what it wanted elsewhere is in `outside`, what it threw in `errors`. */
export async function openPage(browser, origin, viewport) {
  const page = await browser.newPage({ viewport, timezoneId: 'UTC', locale: 'en-US' });
  const outside = [];
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.route('**/*', (route) => {
    const url = route.request().url();
    if (url.startsWith(`${origin}/`) || /^(data|blob):/.test(url)) {
      return route.continue();
    }
    outside.push(url);
    return route.abort();
  });
  return { page, outside, errors };
}
