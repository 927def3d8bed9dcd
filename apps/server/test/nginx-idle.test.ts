import { until } from '@espejo/tooling/until'
import { expect, it, onTestFinished } from 'vitest'
import { useDeployment } from './support/deployment.js'
import { describeWithNginx, type Edits, IDLE_MINUTES, startNginx } from './support/nginx.js'
import { returningViewer } from './support/returning-viewer.js'

/** Timeouts as short as the pings allow, so that the test takes less time. */
const SHORT: Edits = {
  'nginx/routes.conf': [
    ['proxy_read_timeout     60s', 'proxy_read_timeout 2s'],
    ['proxy_read_timeout  120s', 'proxy_read_timeout 18s'],
    ['proxy_send_timeout     30s', 'proxy_send_timeout 2s'],
    ['send_timeout              30s', 'send_timeout 2s'],
  ],
}

describeWithNginx('an idle stream', () => {
  const espejo = useDeployment()

  it(
    `is still open after ${IDLE_MINUTES ? `${IDLE_MINUTES} minutes` : 'two pings'}, and gets the next events`,
    async () => {
      await espejo.start('api', espejo.ports[0])
      const nginx = await startNginx({ nodes: espejo.ports, edits: IDLE_MINUTES ? {} : SHORT })
      onTestFinished(nginx.close)
      // Without a worker the run stays queued.
      const { token } = await espejo.addTenant('quieto', 0)
      const viewer = returningViewer(`${nginx.url}/api/cianbox/sync/products/stream`, {
        authorization: `Bearer ${token}`,
      })
      onTestFinished(() => viewer.leave())
      const pings = () => viewer.streams.flatMap((stream) => stream.pings)
      const end = Date.now() + IDLE_MINUTES * 60_000
      await until(() => pings().length >= 2 && Date.now() >= end, IDLE_MINUTES * 60 + 60)
      expect(viewer.streams).toHaveLength(1)
      expect(viewer.ids()).toHaveLength(1)
      await espejo.start('worker')
      await until(viewer.hasEnding)
      expect(viewer.streams).toHaveLength(1)
      expect(viewer.refusals).toEqual([])
    },
    IDLE_MINUTES * 60_000 + 120_000,
  )
})
