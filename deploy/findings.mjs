// Runs cdk-nag's AWS Solutions checks and AWS Control Tower's guard rules over every template, offline, and compares what they find with
// deploy/findings.md, where each finding has its reason. Ends with 1 where one is not listed there, or one that is listed is found no more.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const tools = join(here, '../.local/findings');
const require = createRequire(join(tools, 'package.json'));
const files = process.argv.length > 2
  ? process.argv.slice(2)
  : [...readdirSync(here).filter(name => name.endsWith('.yaml')).map(name => join(here, name)), join(here, '../ImageApp.AppHost/image-events.template')];
const found = new Map();
const add = (file, resource, rule, text) => found.set(`${basename(file)} ${resource} ${rule}`, text);

const guard = () => {
  const package_ = join(tools, 'node_modules/@cdklabs/cdk-validator-cfnguard');
  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch];
  const system = { linux: 'ubuntu', darwin: 'macos' }[process.platform];
  const run = spawnSync(
    join(package_, 'bin', system, machine, 'cfn-guard'),
    ['validate', ...files.flatMap(file => ['-d', file]), '-r', join(package_, 'rules/control-tower/cfn-guard'), '--structured', '-o', 'json', '-S', 'none'],
    { maxBuffer: 2 ** 30 });
  // 19: rules were broken; anything else but 0: they could not be asked.
  if (run.error || ![0, 19].includes(run.status)) throw run.error ?? new Error(`cfn-guard ended with ${run.status}: ${run.stderr}`);
  for (const report of JSON.parse(run.stdout)) {
    for (const broken of report.not_compliant) {
      const text = JSON.stringify(broken);
      const [, rule, message] = text.match(/\[(CT\.[A-Z0-9.]+)\]: ([^\\"]*)/) ?? [null, broken.Rule?.name ?? 'unknown', ''];
      for (const [, resource] of text.matchAll(/\/Resources\/([A-Za-z0-9]+)/g)) add(report.name, resource, rule, message);
    }
  }
};

const nag = () => {
  process.env.CDK_DISABLE_CLI_TELEMETRY = 'true';
  const { App, Stack } = require('aws-cdk-lib');
  const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
  const { AwsSolutionsChecks } = require('cdk-nag');
  const folder = mkdtempSync(join(tmpdir(), 'findings-'));
  try {
    for (const file of files) {
      const app = new App({ analyticsReporting: false, outdir: folder });
      const copy = join(folder, basename(file).replace(/\.\w+$/, '.yaml'));
      copyFileSync(file, copy);
      new CfnInclude(new Stack(app, 'Stack'), 'Template', { templateFile: copy });
      const report = new AwsSolutionsChecks(app).validateScope(app);
      for (const violation of report.violations) {
        for (const { constructPath, resourceLogicalId } of violation.violatingResources ?? violation.violatingConstructs) {
          add(file, (constructPath ?? resourceLogicalId).split('/').pop(), violation.ruleName.replace(/^.*?(AwsSolutions)/, '$1'), violation.description);
        }
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
};

guard();
nag();

// | rule | template: resource, resource; template: resource | reason |
const listed = new Set();
for (const line of readFileSync(join(here, 'findings.md'), 'utf8').split('\n')) {
  const [, rule, places, reason] = line.split('|').map(cell => cell.trim());
  if (!/^`[\w.-]+(\[.*\])?`$/.test(rule ?? '') || !reason) continue;
  for (const place of places.split(';')) {
    const [template, resources] = place.split(':').map(part => part.trim());
    for (const resource of resources.split(',')) listed.add(`${template} ${resource.trim()} ${rule.slice(1, -1)}`);
  }
}
const unlisted = [...found].filter(([key]) => !listed.has(key)).sort();
const stale = process.argv.length > 2 ? [] : [...listed].filter(key => !found.has(key)).sort();
for (const [key, text] of unlisted) console.log(`not listed: ${key}: ${text}`);
for (const key of stale) console.log(`listed, and found no more: ${key}`);
console.log(`${files.length} templates, ${found.size} findings, ${unlisted.length} not listed, ${stale.length} listed and found no more`);
process.exit(unlisted.length + stale.length > 0 ? 1 : 0);
