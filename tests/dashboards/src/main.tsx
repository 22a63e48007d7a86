// The page: /d/UID draws one dashboard, / lists them.

import { sceneUtils } from '@grafana/scenes';
import { ReactNode } from 'react';
import { createRoot } from 'react-dom/client';

import { load } from './dashboard';
import { installHost } from './host';
import { DashboardJson, Listed } from './model';
import { DashboardPage, Frame, Index } from './page';
import { registerPanels } from './panels/register';
import { installProbe, probe } from './probe';
import { PrometheusSource } from './prometheus';
import { settings } from './settings';

async function json<T>(path: string): Promise<T> {
  const reply = await fetch(path);
  if (!reply.ok) {
    throw new Error(`${path}: ${await reply.text()}`);
  }
  return reply.json();
}

function draw(content: ReactNode) {
  createRoot(document.getElementById('root')!).render(<Frame>{content}</Frame>);
}

async function main() {
  const source = new PrometheusSource('the-only-one', settings.scrapeInterval);
  installHost(source, settings.theme);
  sceneUtils.registerRuntimeDataSource({ dataSource: source });
  registerPanels();
  // Before the first text is measured: what is measured is remembered.
  await Promise.all(['400 12px Inter', '500 12px Inter'].map((font) => document.fonts.load(font)));
  const listed = await json<Listed[]>('/dashboards.json');
  const uid = /^\/d\/([^/]+)/.exec(location.pathname)?.[1];
  if (!uid) {
    draw(<Index listed={listed} />);
    return;
  }
  const dashboard = await json<DashboardJson>(`/dashboards/${uid}.json`);
  document.title = dashboard.title;
  const loaded = load(dashboard);
  draw(<DashboardPage json={dashboard} others={listed} scene={loaded.scene} />);
  probe(loaded);
}

installProbe();
main().catch((error: Error) => {
  window.xenha.errors.push(error.message);
  document.body.innerText = error.message;
});
