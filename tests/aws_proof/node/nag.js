// Apply the rules of cdk-nag to a template without macros: prints a JSON list of [rule, resource].
'use strict'
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { App, Stack, Validations } = require('aws-cdk-lib')
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include')
const { AwsSolutionsChecks, ServerlessChecks } = require('cdk-nag')

const [templateFile] = process.argv.slice(2)
const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'nag-'))
try {
  const app = new App({ outdir, analyticsReporting: false })
  const stack = new Stack(app, 'Stack')
  new CfnInclude(stack, 'Template', { templateFile }) // eslint-disable-line no-new
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
  const log = console.error
  console.error = () => {} // the report says the same
  try { app.synth() } catch (error) { log(error.message) }
  console.error = log
  process.stdout.write(fs.readFileSync(path.join(outdir, 'validation-report.json')))
} finally {
  fs.rmSync(outdir, { recursive: true })
}
