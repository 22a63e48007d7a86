// Xen Orchestra's own XenAPI client (npm xen-api) against one simulated pool: connects, lists, follows events.
//
//     xen_orchestra.mjs URL TRANSPORT [SLAVE_URL]
//
// Ends with 0 when everything held, else with the first thing that did not.

import assert from 'node:assert/strict'
import { createClient } from 'xen-api'

const [url, transport, slaveUrl] = process.argv.slice(2)
const password = process.env.XENHA_SIM_PASSWORD ?? 'root-password'
const deadline = setTimeout(() => fail(new Error('not done after 60 s')), 60e3)

function fail(error) {
  console.error(`xen-api ${transport} ${url}:`, error)
  process.exit(1)
}

const open = (at, options = {}) =>
  createClient({ url: at, auth: { user: 'root', password }, allowUnauthorized: true, transport, debounce: 20, ...options })

// Resolves with the next state of an object that satisfies the condition.
const next = (xapi, ref, condition) =>
  new Promise(resolve => {
    const look = () => {
      const object = xapi.getObjectByRef(ref, undefined)
      if (object !== undefined && condition(object)) {
        xapi.objects.removeListener('update', look)
        xapi.objects.removeListener('add', look)
        resolve(object)
      }
    }
    xapi.objects.on('update', look)
    xapi.objects.on('add', look)
    look()
  })

async function lists(xapi) {
  const of = type => Object.values(xapi.objects.all).filter(object => object.$type === type)
  const [pool] = of('pool')
  assert.equal(of('pool').length, 1)
  assert.ok(of('host').length >= 2, 'hosts')
  assert.equal(of('host_metrics').length, of('host').length)
  assert.ok(of('VM').length > 0 && of('SR').length > 0 && of('PBD').length > 0)
  assert.ok(of('host').some(host => host.$ref === pool.master), 'the master is one of the hosts')
  assert.equal(pool.ha_enabled, true)
  assert.equal(await xapi.call('pool.get_ha_enabled', pool.$ref), true)
  assert.deepEqual((await xapi.getAllRecords('host')).map(host => host.uuid).sort(), of('host').map(host => host.uuid).sort())
  return pool
}

async function followsEvents(xapi, pool) {
  await xapi.call('pool.add_to_other_config', pool.$ref, 'xenha-real-client', 'a & b')
  await next(xapi, pool.$ref, now => now.other_config['xenha-real-client'] === 'a & b')
  await xapi.call('pool.remove_from_other_config', pool.$ref, 'xenha-real-client')
  await next(xapi, pool.$ref, now => !('xenha-real-client' in now.other_config))
  await xapi.barrier(pool.$ref)
}

async function runsTasks(xapi, pool) {
  await assert.rejects(xapi.callAsync('pool.enable_ha', [], {}), { code: 'HA_IS_ENABLED' })
  const host = Object.values(xapi.objects.all).find(object => object.$type === 'host' && object.$ref !== pool.master)
  await xapi.callAsync('host.disable', host.$ref)
  await next(xapi, host.$ref, now => now.enabled === false)
  await xapi.callAsync('host.enable', host.$ref)
  await next(xapi, host.$ref, now => now.enabled === true)
}

async function seesErrors(xapi) {
  await assert.rejects(xapi.call('host.get_record', 'OpaqueRef:nobody'), {
    code: 'HANDLE_INVALID',
    params: ['host', 'OpaqueRef:nobody'],
  })
  await assert.rejects(xapi.call('pool.no_such_call'), { code: 'MESSAGE_METHOD_UNKNOWN' })
  await assert.rejects(open(url, { auth: { user: 'root', password: 'wrong' }, watchEvents: false }).connect(), {
    code: 'SESSION_AUTHENTICATION_FAILED',
  })
}

async function main() {
  const xapi = open(url)
  await xapi.connect()
  await xapi.objectsFetched
  const pool = await lists(xapi)
  await followsEvents(xapi, pool)
  await runsTasks(xapi, pool)
  await seesErrors(xapi)
  await xapi.disconnect()

  if (slaveUrl !== undefined) {
    // Asked a slave, the client must end at the master.
    const redirected = open(slaveUrl, { watchEvents: false })
    await redirected.connect()
    assert.equal(redirected.pool.uuid, pool.uuid)
    await redirected.disconnect()
  }
}

main().then(() => {
  clearTimeout(deadline)
  console.log(`xen-api ${transport} ${url}: ok`)
  process.exit(0)
}, fail)
