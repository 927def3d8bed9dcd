import type { Switches } from '@espejo/simulator'
import { describe, expect, it } from 'vitest'
import { useLiveApp } from './support/live-app.js'

const live = useLiveApp()
const WEBHOOK = '/api/cianbox/connection/webhook'

const READINGS: [string, Partial<Switches>][] = [
  ['answers to writes without an envelope', { writeEnvelope: false }],
  ['several addresses for an event', { webhookUrls: 'many' }],
  ['nine events', { webhookEvents: 'nine' }],
  ['no `page` and no `total_pages`', { pagingFields: false }],
]

describe('notifications', () => {
  it.each(READINGS)('are turned on, arrive and are turned off at an ERP with %s', async (_, switches) => {
    const tenant = await live.tenant(`webhook-${Object.keys(switches)[0]?.toLowerCase()}`, {
      account: { switches },
    })
    expect((await tenant.call('PUT', WEBHOOK)).status).toBe(200)
    tenant.erp.edit([1])
    await tenant.erp.webhooksSettled()
    expect(tenant.erp.deliveries()).toMatchObject([{ outcome: 'delivered' }])
    expect((await tenant.call('DELETE', WEBHOOK)).status).toBe(204)
    tenant.erp.edit([2])
    await tenant.erp.webhooksSettled()
    expect(tenant.erp.deliveries()).toHaveLength(1)
  })

  it('that are turned off keep the URLs of another system, at an ERP with several URLs per event', async () => {
    const theirs = await live.tenant('many', { account: { switches: { webhookUrls: 'many' } } })
    expect((await theirs.call('PUT', WEBHOOK)).status).toBe(200)
    const ours = await live.tenant('many-too')
    const form = { cuenta: 'many', appName: 'a', appCode: 'b', user: 'demo', password: 'demo' }
    await ours.call('PUT', '/api/cianbox/connection', { body: form })
    expect((await ours.call('PUT', WEBHOOK, { body: { replace: true } })).status).toBe(200)
    theirs.erp.edit([1])
    await theirs.erp.webhooksSettled()
    expect(theirs.erp.deliveries()).toHaveLength(2)

    expect((await ours.call('DELETE', WEBHOOK)).status).toBe(204)
    theirs.erp.edit([2])
    await theirs.erp.webhooksSettled()
    expect(theirs.erp.deliveries().slice(2)).toMatchObject([{ outcome: 'delivered' }])
    expect((await theirs.call('GET', WEBHOOK)).json.registered).toBe(true)
  })
})
