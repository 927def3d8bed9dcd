/**
 * What chaos uses of the server beside its package's exports: the tenants' connections are stored as
 * the API stores them, so that real workers can open them.
 */
export { createConnectionStore } from '../../../apps/server/dist/connections/connection-store.js'
export { createSealer } from '../../../apps/server/dist/secrets.js'
