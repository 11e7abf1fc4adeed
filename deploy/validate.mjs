// Validates every template with AWS's own validator, offline. Ends with 1 where it finds an error.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(join(here, '../.local/validate/package.json'));
const { RegoEngine, TemplateFile } = require('@aws/cloudformation-validate');
const files = process.argv.length > 2
  ? process.argv.slice(2)
  : [...readdirSync(here).filter(name => name.endsWith('.yaml')).map(name => join(here, name)), join(here, '../ImageApp.AppHost/image-events.template')];
const engine = new RegoEngine();
let errors = 0;
for (const file of files) {
  for (const found of engine.validateStandard(new TemplateFile(file)).diagnostics) {
    if (/error|fatal/i.test(found.severity)) errors++;
    console.log(`${file}: [${found.severity}] ${found.ruleId} ${found.resourceId ?? ''}: ${found.message}`);
  }
}
engine.free();
console.log(`${files.length} templates, ${errors} errors`);
process.exit(errors > 0 ? 1 : 0);
