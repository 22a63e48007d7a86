// Serves the page, the dashboards and Grafana's icons on loopback, and hands questions on to Prometheus. All comes from one
// address, so that a request to any other is known to be wrong.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const GRAFANA_PUBLIC = path.join(here, 'node_modules/@grafana/ui/dist/public');
const FONTS = path.join(here, 'node_modules/@fontsource-variable');
const page = (defaults) => `<!doctype html>
<meta charset="utf-8">
<title>Dashboards</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/app.css">
<div id="root"></div>
<script>window.__grafana_public_path__ = '/public/'; window.xenhaDefaults = ${JSON.stringify(defaults)}</script>
<script src="/app.js"></script>
`;

/** Grafana's pages ask their server for these fonts. With others every text is a fifth wider than the operator sees it. */
function fontFile(pathname) {
  if (/^\/public\/fonts\/inter\/Inter-\w+\.woff2$/.test(pathname)) {
    return `inter/files/inter-latin-wght-${pathname.includes('Italic') ? 'italic' : 'normal'}.woff2`;
  }
  return pathname.startsWith('/public/fonts/roboto/') && 'roboto-mono/files/roboto-mono-latin-wght-normal.woff2';
}

/**
 * dashboards: files; they are read at each request, so that a live page shows what was just saved. defaults: what settings.ts
 * shall take where the page's address says nothing.
 */
export async function serve({ prometheus, dashboards, address = '127.0.0.1', port = 0, defaults = {} }) {
  const built = {
    '/app.js': readFileSync(path.join(here, 'out/app.js')),
    '/app.css': readFileSync(path.join(here, 'out/app.css')),
  };
  const read = () => dashboards.map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const missing = new Set();

  const answer = (pathname) => {
    if (pathname === '/' || /^\/d\/[^/]+$/.test(pathname)) {
      return ['text/html', page(defaults)];
    }
    if (built[pathname]) {
      return [pathname.endsWith('.css') ? 'text/css' : 'text/javascript', built[pathname]];
    }
    if (pathname === '/dashboards.json') {
      const listed = read().map(({ uid, title, description, tags }) => ({ uid, title, description, tags: tags ?? [] }));
      return ['application/json', JSON.stringify(listed)];
    }
    const uid = /^\/dashboards\/([^/]+)\.json$/.exec(pathname)?.[1];
    if (uid) {
      const wanted = read().find((one) => one.uid === uid);
      return wanted && ['application/json', JSON.stringify(wanted)];
    }
    const icon = /^\/public\/build\/(img\/[\w/-]+\.svg)$/.exec(pathname)?.[1];
    if (icon) {
      return ['image/svg+xml', readFileSync(path.join(GRAFANA_PUBLIC, icon))];
    }
    const font = fontFile(pathname);
    return font && ['font/woff2', readFileSync(path.join(FONTS, font))];
  };

  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://loopback');
    if (pathname.startsWith('/api/v1/')) {
      forward(prometheus, request, response);
      return;
    }
    try {
      const found = answer(pathname);
      if (found) {
        response.writeHead(200, { 'content-type': found[0] }).end(found[1]);
        return;
      }
    } catch (error) {
      if (error.code !== 'ENOENT') {
        response.writeHead(500, { 'content-type': 'text/plain' }).end(error.message);
        return;
      }
    }
    missing.add(pathname);
    response.writeHead(404, { 'content-type': 'text/plain' }).end('not here');
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, address, resolve));
  return {
    url: `http://${address}:${server.address().port}`,
    missing,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function forward(prometheus, request, response) {
  const asked = http.request(
    prometheus + request.url,
    { method: request.method, headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' } },
    (reply) => {
      response.writeHead(reply.statusCode, { 'content-type': reply.headers['content-type'] ?? 'application/json' });
      reply.pipe(response);
    }
  );
  asked.on('error', (error) => {
    const body = { status: 'error', errorType: 'unreachable', error: `Prometheus: ${error.message}` };
    response.writeHead(502, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  request.pipe(asked);
}
