// dynalite behind a small proxy that adds what it predates: the stored item in the error of a
// conditional write with ReturnValuesOnConditionCheckFailure (DynamoDB, June 2023).
'use strict'
const http = require('node:http')
const dynalite = require('dynalite')

const [port] = process.argv.slice(2).map(Number)
const inner = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })

function ask (headers, target, body) {
  return new Promise((resolve, reject) => {
    const options = { port: inner.address().port, method: 'POST', headers: { ...headers, 'x-amz-target': target } }
    options.headers['content-length'] = Buffer.byteLength(body)
    delete options.headers['accept-encoding']
    const request = http.request(options, response => {
      const chunks = []
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function storedItem (headers, version, write) {
  const table = JSON.parse((await ask(headers, `${version}.DescribeTable`, JSON.stringify({ TableName: write.TableName }))).body).Table
  const source = write.Key || write.Item
  const key = Object.fromEntries(table.KeySchema.map(({ AttributeName: name }) => [name, source[name]]))
  const read = JSON.stringify({ TableName: write.TableName, Key: key, ConsistentRead: true })
  return JSON.parse((await ask(headers, `${version}.GetItem`, read)).body).Item
}

async function answer (request, body) {
  const target = request.headers['x-amz-target'] || ''
  const result = await ask(request.headers, target, body)
  if (result.status === 400 && result.body.includes('#ConditionalCheckFailedException')) {
    const write = JSON.parse(body)
    if (write.ReturnValuesOnConditionCheckFailure === 'ALL_OLD') {
      const item = await storedItem(request.headers, target.split('.')[0], write)
      if (item) result.body = JSON.stringify({ ...JSON.parse(result.body), Item: item })
    }
  }
  return result
}

inner.listen(0, '127.0.0.1', () => {
  http.createServer((request, response) => {
    const chunks = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', async () => {
      const { status, headers, body } = await answer(request, Buffer.concat(chunks).toString())
      delete headers['x-amz-crc32'] // of the body before
      headers['content-length'] = Buffer.byteLength(body)
      response.writeHead(status, headers)
      response.end(body)
    })
  }).listen(port, '127.0.0.1')
})
