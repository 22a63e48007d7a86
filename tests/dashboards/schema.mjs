// Are these dashboards what Grafana's own types say?
//
//   schema.mjs DASHBOARD.json...
//
// Prints what is not. Exit: 0 nothing, 1 something. Stricter than Grafana: it fills in what is left out, here options have to be
// whole (legend, tooltip, reduceOptions).

import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

const here = path.dirname(fileURLToPath(import.meta.url));

function compile() {
  const schema = createGenerator({
    path: path.join(here, 'schema/types.ts'),
    tsconfig: path.join(here, 'schema/tsconfig.json'),
    type: '*',
    skipTypeCheck: true,
  }).createSchema('*');
  const ajv = new Ajv({ strict: false, allErrors: true, allowUnionTypes: true });
  ajv.addSchema(schema, 'grafana');
  return { ajv, known: new Set(Object.keys(schema.definitions)) };
}

/** "state-timeline" -> StateTimeline */
const camel = (type) => type.replace(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase());

// An anyOf says only that none of its branches fits; the branches say why.
const tells = (error) => !['anyOf', 'if', 'oneOf'].includes(error.keyword);

function problemsOf(json, { ajv, known }) {
  const problems = [];
  const check = (type, value, where) => {
    if (value === undefined || !known.has(`Checked${type}`)) {
      return;
    }
    const valid = ajv.getSchema(`grafana#/definitions/Checked${type}`);
    if (!valid(value)) {
      problems.push(...valid.errors.filter(tells).map(
        (error) => `${where}${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`));
    }
  };
  const panel = ({ options, targets, ...rest }) => {
    const where = `panel ${rest.id} "${rest.title}"`;
    if (rest.type === 'row') {
      const { panels, ...row } = rest;
      check('Row', row, where);
      (panels ?? []).forEach(panel);
      return;
    }
    const type = camel(rest.type);
    if (!known.has(`CheckedOptions${type}`)) {
      problems.push(`${where}: type ${rest.type} is none of ours`);
    }
    check('Panel', rest, where);
    check(`Options${type}`, options, `${where}, options`);
    check(`Custom${type}`, rest.fieldConfig?.defaults?.custom, `${where}, custom`);
    (targets ?? []).forEach((target) => check('Target', target, `${where}, query ${target.refId}`));
  };
  // Annotations have members of their own for each data source, and the types know only Grafana's.
  const { annotations, panels, ...shell } = json;
  check('Dashboard', shell, 'dashboard');
  panels.forEach(panel);
  return [...new Set(problems)];
}

const compiled = compile();
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const problem of problemsOf(JSON.parse(readFileSync(file, 'utf8')), compiled)) {
    console.log(`${path.basename(file)}: ${problem}`);
    found++;
  }
}
process.exit(found ? 1 : 0);
