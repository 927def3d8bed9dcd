export { DEFAULT_URL, deriveEndpoints, type EndpointOptions, type Endpoints } from './api/endpoints.js'
export type { GetToken } from './api/request.js'
export {
  type ConnectionCommand,
  type ConnectionInput,
  type ConnectionState,
  INITIAL_CONNECTION,
  type Phase,
  stepConnection,
} from './connection/connection-machine.js'
export { type ConnectionProblem, PROBLEM_MESSAGES, type ProblemCode } from './connection/problem.js'
export type { Platform as Edges, TabChannel, Tabs } from './platform/platform.js'
export { createRunWatcher, type RunWatcher, type RunWatcherOptions } from './run-watcher.js'
export type { ConnectionStatus, RunSnapshot } from './snapshot.js'
export { eventSourceTransport } from './transports/event-source-transport.js'
export { fetchTransport } from './transports/fetch-transport.js'
export { type PollingOptions, withPolling } from './transports/polling/polling-transport.js'
export { type SharingOptions, sharedTransport } from './transports/shared-tabs/shared-transport.js'
export type {
  StreamEnd,
  StreamListener,
  StreamRequest,
  Transport,
  TransportContext,
  TransportFactory,
} from './transports/transport.js'
