import { type Channel, createChannel, createSession } from 'better-sse'
import { serveBaseline } from './baseline-server.js'

/**
 * better-sse as in its guide, with a channel for each run. The JSON is encoded once for all sessions; the default
 * serializer would encode it for each.
 */
const channels = new Map<string, Channel>()

serveBaseline({
  join(runId, req, res) {
    createSession(req, res, { keepAlive: 15_000, serializer: String }).then(
      (session) => channelOf(runId).register(session),
      (error: Error) => res.destroy(error),
    )
  },
  publish: (runId, { id, data }) => channelOf(runId).broadcast(data, 'progress', { eventId: id }),
})

function channelOf(runId: string): Channel {
  const channel = channels.get(runId) ?? createChannel()
  channels.set(runId, channel)
  return channel
}
