// Makes out/app.js and out/app.css of src and of Grafana's libraries.

import { build } from 'esbuild';

await build({
  entryPoints: { app: 'src/main.tsx' },
  outdir: 'out',
  bundle: true,
  format: 'iife',
  jsx: 'automatic',
  minify: true,
  logLevel: 'warning',
  define: { 'process.env.NODE_ENV': '"production"', global: 'window' },
  external: ['monaco-editor'], // the editor of queries: never opened here, and as large as all the rest
  loader: { '.svg': 'text', '.woff': 'dataurl', '.woff2': 'dataurl', '.ttf': 'dataurl', '.png': 'dataurl' },
});
