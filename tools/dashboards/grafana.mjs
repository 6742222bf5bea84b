// Holds every dashboard of Grafana against the types that Grafana publishes: the dashboard, the options of its panels, its queries.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';

const here = dirname(fileURLToPath(import.meta.url));
const ajv = new Ajv({ strict: false, allErrors: true });

// published makes a check of one of the types of types.ts; a field that the type does not have is a mistake.
const published = (type) =>
  ajv.compile(createGenerator({ path: join(here, 'types.ts'), type: 'Checked' + type, skipTypeCheck: true, additionalProperties: false, tsconfig: join(here, 'tsconfig.json') }).createSchema('Checked' + type));

const dashboard = published('Dashboard');
const options = { logs: published('LogsOptions'), stat: published('StatOptions'), table: published('TableOptions'), timeseries: published('TimeseriesOptions') };
const custom = { table: published('TableCustom'), timeseries: published('TimeseriesCustom') };

// mistakes lists what is wrong with a dashboard.
function mistakes(board) {
  const list = [];
  const check = (validate, value, where) => {
    if (validate && !validate(value)) {
      list.push(...validate.errors.map((e) => `${where}${e.instancePath}: ${e.message} ${JSON.stringify(e.params)}`));
    }
  };
  check(dashboard, board, '');
  for (const panel of board.panels) {
    check(options[panel.type], panel.options, `${panel.title}: options`);
    check(custom[panel.type], panel.fieldConfig?.defaults?.custom, `${panel.title}: custom`);
  }
  return list;
}

const root = join(here, '../../dashboards/grafana');
let wrong = 0, checked = 0;
for (const folder of readdirSync(root)) {
  for (const name of readdirSync(join(root, folder))) {
    const text = readFileSync(join(root, folder, name), 'utf8');
    const list = mistakes(JSON.parse(text));
    list.forEach((m) => console.log(`${folder}/${name}: ${m}`));
    wrong += list.length;
    checked++;
    // A yes means something only if mistakes get a no.
    for (const [right, mistake] of [['"w": 24', '"w": "24"'], ['"refresh"', '"refersh"'], ['"type": "query"', '"type": "qwery"'], ['"graphMode"', '"grafMode"']]) {
      if (text.includes(right) && mistakes(JSON.parse(text.replace(right, mistake))).length === 0) {
        console.log(`${folder}/${name}: ${mistake} is not noticed`);
        wrong++;
      }
    }
  }
}
console.log(`${checked} dashboards of Grafana, ${wrong} mistakes`);
process.exit(wrong === 0 && checked > 0 ? 0 : 1);
