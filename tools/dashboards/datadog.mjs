// Holds every dashboard of Datadog against the types of Datadog's own client, which notes what its API would not take.
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { ObjectSerializer } = require('@datadog/datadog-api-client/dist/packages/datadog-api-client-v1/models/ObjectSerializer.js');

// unknown lists the fields that the types keep because they do not know them.
function unknown(value) {
  if (value === null || typeof value !== 'object') {
    return [];
  }
  return Object.entries(value).flatMap(([key, v]) => (key === 'additionalProperties' ? Object.keys(v ?? {}) : unknown(v)));
}

// mistakes lists what is wrong with a dashboard.
function mistakes(text) {
  const board = ObjectSerializer.deserialize(JSON.parse(text), 'Dashboard', '');
  const list = unknown(board).map((field) => `there is no ${field}`);
  return board._unparsed ? [...list, 'a part is of another shape'] : list;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '../../dashboards/datadog');
let wrong = 0, checked = 0;
for (const name of readdirSync(root)) {
  const text = readFileSync(join(root, name), 'utf8');
  mistakes(text).forEach((m) => { console.log(`${name}: ${m}`); wrong++; });
  checked++;
  // A yes means something only if mistakes get a no.
  for (const [right, mistake] of [
    ['"layout_type": "ordered"', '"layout_type": "sorted"'], ['"type": "query_value"', '"type": "number"'], ['"data_source": "metrics"', '"data_source": "metric"'],
    ['"response_format": "event_list"', '"response_format": "events"'], ['"reflow_type"', '"flow_type"'], ['"show_legend"', '"legend"'],
  ]) {
    if (text.includes(right) && mistakes(text.replace(right, mistake)).length === 0) {
      console.log(`${name}: ${mistake} is not noticed`);
      wrong++;
    }
  }
}
console.log(`${checked} dashboards of Datadog, ${wrong} mistakes`);
process.exit(wrong === 0 && checked > 0 ? 0 : 1);
