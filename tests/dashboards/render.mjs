// Draws dashboards with Grafana's own code and judges them.
//
//   render.mjs --prometheus URL --out DIR [--theme dark|light]... [--from EPOCH --to EPOCH] [--var [UID:]NAME=VALUE]...
//              [--width 1600] [--height N] [--scrape-interval 15s] [--report FILE] DASHBOARD.json...
//
// Writes DIR/UID_THEME.png and prints a line for each panel. --from and --to are in seconds. Without --height a picture is
// as high as the dashboard. --var with UID is for that dashboard only. --report: what each panel and each query of it gave,
// as JSON. Exit: 0 all is well, 1 something is not, 2 the call is wrong, 77 there is no Chromium.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { chromiumPath, launch, openPage } from './browser.mjs';
import { judgePanel } from './judge.mjs';
import { looksWrong } from './looks.mjs';
import { serve } from './server.mjs';

const PATIENCE = 60_000; // for a page that takes two seconds on an idle machine
const HIGHEST = 8000;

function options() {
  const text = { type: 'string' };
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        prometheus: text,
        out: text,
        theme: { type: 'string', multiple: true, default: ['dark'] },
        from: text,
        to: text,
        var: { type: 'string', multiple: true, default: [] },
        width: { type: 'string', default: '1600' },
        height: text,
        'scrape-interval': { type: 'string', default: '15s' },
        report: text,
      },
    });
    const odd = [
      ...values.theme.filter((theme) => !['dark', 'light'].includes(theme)),
      ...values.var.filter((pair) => !/^(?:[\w-]+:)?\w+=/.test(pair)),
    ];
    if (!values.prometheus || !values.out || !positionals.length || odd.length) {
      throw new Error('--prometheus, --out and dashboards are needed; --theme is dark or light; --var is NAME=VALUE');
    }
    return { ...values, dashboards: positionals };
  } catch (error) {
    console.error(`render: ${error.message}`);
    process.exit(2);
  }
}

function address(origin, uid, theme, asked) {
  const query = new URLSearchParams({ theme, scrape: asked['scrape-interval'], refresh: '' });
  if (asked.from && asked.to) {
    query.set('from', String(Math.round(Number(asked.from) * 1000)));
    query.set('to', String(Math.round(Number(asked.to) * 1000)));
  }
  for (const pair of asked.var) {
    const [, of, name, value] = /^(?:([\w-]+):)?(\w+)=(.*)$/.exec(pair);
    if (!of || of === uid) {
      query.append(`var-${name}`, value);
    }
  }
  return `${origin}/d/${uid}?${query}`;
}

/** Until all queries are answered, all panels have drawn them and nothing moves any more. */
async function settle(page) {
  const done = () => window.xenha?.errors.length || (window.xenha?.ready && window.xenha.settled());
  await page.waitForFunction(done, undefined, { timeout: PATIENCE });
  await page.evaluate(() => document.fonts.ready);
  let before;
  for (let turn = 0; turn < 20; turn++) {
    await page.waitForTimeout(250);
    const now = await page.evaluate(() => window.xenha.settled() && document.getElementById('root')?.innerHTML.length);
    if (now && now === before) {
      return;
    }
    before = now;
  }
}

/** Measured where the last panel ends: the page's own height is never less than the window's. */
async function growToContent(page, width, height) {
  const wanted =
    height ??
    (await page.evaluate(() => {
      const panels = [...document.querySelectorAll('[data-viz-panel-key]')];
      return Math.max(0, ...panels.map((panel) => panel.getBoundingClientRect().bottom));
    }));
  await page.setViewportSize({ width, height: Math.min(HIGHEST, Math.max(200, Math.ceil(Number(wanted)) + 16)) });
}

async function draw(browser, server, file, uid, theme, asked) {
  const width = Number(asked.width);
  const opened = await openPage(browser, server.url, { width, height: Number(asked.height ?? 1000) });
  const { page } = opened;
  const problems = [];
  let panels = [];
  let annotations = [];
  try {
    await page.goto(address(server.url, uid, theme, asked));
    await settle(page);
    await growToContent(page, width, asked.height);
    await settle(page);
    panels = await page.evaluate(() => window.xenha.panels());
    annotations = await page.evaluate(() => window.xenha.annotations());
    const looks = await page.evaluate(looksWrong, panels);
    await page.screenshot({ path: path.join(asked.out, `${uid}_${theme}.png`) });
    for (const { error, refId } of annotations.filter((one) => one.error)) {
      problems.push(`annotation "${refId}": ${error}`);
    }
    for (const panel of panels) {
      const judged = judgePanel(panel, looks);
      console.log(judged.line);
      judged.problems.forEach((problem) => console.log(`     ${problem}`));
      problems.push(...judged.problems.map((problem) => `panel ${panel.id}: ${problem}`));
    }
  } catch (error) {
    problems.push(error.message.split('\n')[0]);
  }
  const errors = await page.evaluate(() => window.xenha?.errors ?? []).catch(() => []);
  problems.push(...[...new Set([...errors, ...opened.errors])].map((error) => `the page threw: ${error}`));
  problems.push(...opened.outside.map((url) => `wanted to reach ${url}`));
  if (!panels.length && !problems.length) {
    problems.push('there is not one panel');
  }
  await page.close();
  return { file, uid, theme, problems, panels, annotations };
}

async function main() {
  const asked = options();
  const executable = chromiumPath();
  if (!executable) {
    console.log('there is no Chromium');
    return 77;
  }
  mkdirSync(asked.out, { recursive: true });
  const server = await serve({ prometheus: asked.prometheus, dashboards: asked.dashboards });
  const browser = await launch(executable);
  const drawn = [];
  try {
    const listed = await (await fetch(`${server.url}/dashboards.json`)).json();
    for (const [index, { uid }] of listed.entries()) {
      for (const theme of asked.theme) {
        const file = asked.dashboards[index];
        console.log(`${path.basename(file)}, ${theme}`);
        const result = await draw(browser, server, file, uid, theme, asked);
        drawn.push(result);
        const ofThePage = result.problems.filter((problem) => !problem.startsWith('panel ')); // the others stand there already
        ofThePage.forEach((problem) => console.log(`FAIL ${problem}`));
      }
    }
  } finally {
    await browser.close();
    server.close();
  }
  if (server.missing.size) { // an icon that Grafana's packages lack: nothing is wrong with the dashboard
    console.log(`not there: ${[...server.missing].join(' ')}`);
  }
  if (asked.report) {
    writeFileSync(asked.report, JSON.stringify(drawn, null, 1));
  }
  const bad = drawn.filter((one) => one.problems.length);
  console.log(`${drawn.length - bad.length} of ${drawn.length} pictures are well`);
  return bad.length ? 1 : 0;
}

process.exit(await main());
