import { until } from '@espejo/tooling/until'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { type Deployment, type Tenant, useDeployment } from './support/deployment.js'
import { describeWithNginx, type Edits, type Nginx, startNginx } from './support/nginx.js'
import type { NodeProcess } from './support/processes.js'
import { type ReturningViewer, returningViewer } from './support/returning-viewer.js'
import { namesOf } from './support/stream.js'

const STREAM = '/api/cianbox/sync/products/stream'
/** A reload closes the connections of viewers after 1 s instead of a minute. */
const QUICK_RELOAD: Edits = { 'nginx.conf': [['worker_shutdown_timeout 60s', 'worker_shutdown_timeout 1s']] }

describeWithNginx('a run, watched through nginx before two API nodes and a worker', () => {
  const espejo = useDeployment()
  let nginx: Nginx
  let first: NodeProcess

  beforeAll(async () => {
    first = await espejo.start('api', espejo.ports[0])
    nginx = await startNginx({ nodes: espejo.ports, edits: QUICK_RELOAD })
    return () => nginx.close()
  })

  it('shows `start` before any other event is written', async () => {
    // There is no worker yet, so the run stays queued.
    const { token, account } = await espejo.addTenant('inicio', 0)
    const viewer = watch(nginx, token)
    await until(() => viewer.ids().length > 0)
    expect(namesOf(viewer.events())).toEqual(['start'])
    expect(await espejo.runs('inicio')).toMatchObject([{ status: 'queued', seq: 1 }])
    await espejo.start('worker')
    await seesTheEnding(espejo, 'inicio', { token, account }, viewer, nginx)
    expect(viewer.streams).toHaveLength(1)
  })

  it('continues for its viewer when nginx is reloaded, and when it is restarted', async () => {
    const tenant = await espejo.addTenant('recarga', 150)
    const viewer = watch(nginx, tenant.token)
    await until(() => viewer.ids().length >= 3)
    nginx.reload()
    await until(() => viewer.streams.length === 2)
    const seen = viewer.ids().length
    await until(() => viewer.ids().length > seen)
    await nginx.stop()
    await until(() => viewer.streams[1]?.isOver())
    await nginx.start()
    await until(() => viewer.streams.length === 3)
    await seesTheEnding(espejo, 'recarga', tenant, viewer, nginx)
    expect(viewer.streams).toHaveLength(3)
  })

  it('continues for its viewer through the other node when its own stops', async () => {
    const tenant = await espejo.addTenant('despliegue', 150)
    const viewer = watch(nginx, tenant.token)
    await until(() => viewer.ids().length >= 3)
    // The second node starts only now, so the viewer is connected to the first one.
    const second = await espejo.start('api', espejo.ports[1])
    const stopped = first.stop()
    await until(() => viewer.streams.length === 2)
    const [left] = viewer.streams
    expect(left?.events.at(-1)?.event).toBe('drain')
    expect(left?.retries.at(-1)).toBeGreaterThanOrEqual(1000)
    await stopped
    await seesTheEnding(espejo, 'despliegue', tenant, viewer, nginx)
    first = second
  })

  it('continues for its viewer through the other node when its own is killed', async () => {
    const tenant = await espejo.addTenant('muerte', 150)
    const viewer = watch(nginx, tenant.token)
    await until(() => viewer.ids().length >= 3)
    await espejo.start('api', espejo.ports[0])
    await first.kill()
    await until(() => viewer.streams.length === 2)
    await seesTheEnding(espejo, 'muerte', tenant, viewer, nginx)
  })

  it('leaves no part of a token or a ticket in any log', async () => {
    const { token, account } = await espejo.addTenant('secreto', 0)
    const byToken = returningViewer(`${nginx.url}${STREAM}?token=${token}`, {})
    onTestFinished(() => byToken.leave())
    await until(byToken.hasEnding)
    const answer = await fetch(`${nginx.url}/api/stream-tickets`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    })
    const { ticket } = (await answer.json()) as { ticket: string }
    const [run] = await espejo.runs('secreto')
    const watching = `${nginx.url}/api/cianbox/sync/runs/${run?.id}/events?ticket=${ticket}`
    expect((await fetch(watching)).status).toBe(200)
    expect((await fetch(watching)).status).toBe(401)
    expect(account.productCount()).toBe(450)
    const logs = nginx.logs() + espejo.logs()
    expect(logs).toContain(`/api/cianbox/sync/runs/${run?.id}/events`)
    for (const secret of [token, ticket]) {
      expect(logs).not.toContain(secret)
      expect(logs).not.toContain(secret.split('.')[2])
    }
  })
})

describeWithNginx('a run, watched through nginx before two nodes with API and worker', () => {
  const espejo = useDeployment()

  it('is continued by the other node within 25 s when the node that runs and streams it is killed', async () => {
    const nginx = await startNginx({ nodes: espejo.ports })
    onTestFinished(nginx.close)
    const first = await espejo.start('all', espejo.ports[0])
    const tenant = await espejo.addTenant('relevo', 200)
    const viewer = watch(nginx, tenant.token)
    await until(() => viewer.ids().length >= 3)
    await espejo.start('all', espejo.ports[1])
    await first.kill()
    const [left] = await espejo.runs('relevo')
    expect(left).toMatchObject({ status: 'running', epoch: 1 })
    await until(() => seqsOf(viewer).some((seq) => seq > Number(left?.seq)), 25)
    expect(await espejo.runs('relevo')).toMatchObject([{ epoch: 2 }])
    await seesTheEnding(espejo, 'relevo', tenant, viewer, nginx)
  }, 90_000)
})

function watch(nginx: Nginx, token: string): ReturningViewer {
  const viewer = returningViewer(nginx.url + STREAM, { authorization: `Bearer ${token}` })
  onTestFinished(() => viewer.leave())
  return viewer
}

/** Expects that the run completes, that its viewer got each event at most once, and that there is no other run. */
async function seesTheEnding(
  espejo: Deployment,
  tenantId: string,
  { token, account }: Tenant,
  viewer: ReturningViewer,
  nginx: Nginx,
): Promise<void> {
  account.setLatency(0)
  await until(viewer.hasEnding)
  const names = namesOf(viewer.events()).filter((name) => name !== 'drain')
  expect(names.filter((name) => name !== 'progress')).toEqual(['start', 'complete'])
  const [run, ...others] = await espejo.runs(tenantId)
  expect(others).toEqual([])
  expect(run?.status).toBe('complete')
  expect(new Set(viewer.ids().map((id) => id.split('.')[0]))).toEqual(new Set([run?.id]))
  const seqs = seqsOf(viewer)
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
  expect(seqs.at(-1)).toBe(run?.seq)
  const answer = await fetch(nginx.url + STREAM, {
    headers: { authorization: `Bearer ${token}`, 'last-event-id': String(viewer.ids().at(-1)) },
  })
  expect(answer.status).toBe(204)
}

function seqsOf(viewer: ReturningViewer): number[] {
  return viewer.ids().map((id) => Number(id.split('.')[1]))
}
