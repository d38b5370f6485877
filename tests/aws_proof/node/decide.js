// Decide requests to AWS with an independent IAM engine: a JSON list of simulations in, one word
// for each out (`Allowed`, `ImplicitlyDenied`, `ExplicitlyDenied`, or what is wrong with it).
'use strict'
const { runSimulation } = require('@cloud-copilot/iam-simulate')

async function decide (simulation) {
  const { overallResult, errors } = await runSimulation(simulation, {})
  return errors ? `invalid: ${JSON.stringify(errors)}` : overallResult
}

async function main () {
  const chunks = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  const results = []
  for (const simulation of JSON.parse(Buffer.concat(chunks))) results.push(await decide(simulation))
  process.stdout.write(JSON.stringify(results))
}

main()
