// Serves dashboards as live pages of a Prometheus, for a browser on this machine.
//
//   view.mjs --prometheus URL --dashboards DIR [--listen 127.0.0.1:0] [--scrape-interval 15s] [--range 15m] [--ready]
//
// --ready prints the address on standard output when it listens, and nothing else comes there. / lists the dashboards, /d/UID
// is one. They show the last --range and refresh themselves every five seconds. Ends with SIGTERM or SIGINT.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { serve } from './server.mjs';

const REFRESH = '5s';

function options() {
  const text = { type: 'string' };
  try {
    const { values } = parseArgs({
      options: {
        prometheus: text,
        dashboards: text,
        listen: { type: 'string', default: '127.0.0.1:0' },
        'scrape-interval': { type: 'string', default: '15s' },
        range: { type: 'string', default: '15m' },
        ready: { type: 'boolean', default: false },
      },
    });
    if (!values.prometheus || !values.dashboards) {
      throw new Error('--prometheus and --dashboards are needed');
    }
    return values;
  } catch (error) {
    console.error(`view: ${error.message}`);
    process.exit(2);
  }
}

const asked = options();
const [address, port] = asked.listen.split(':');
try {
  const server = await serve({
    prometheus: asked.prometheus,
    dashboards: readdirSync(asked.dashboards)
      .filter((name) => name.endsWith('.json'))
      .map((name) => path.join(asked.dashboards, name)),
    address,
    port: Number(port),
    defaults: { from: `now-${asked.range}`, to: 'now', refresh: REFRESH, scrape: asked['scrape-interval'], tz: 'browser' },
  });
  if (asked.ready) {
    console.log(server.url);
  }
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, () => {
      server.close();
      process.exit(0);
    });
  }
} catch (error) {
  console.error(`view: ${error.message}`);
  process.exit(1);
}
