import type { PinnedSettings } from '../runs/pinned-settings.js'
import type { HeldRunPoll } from '../runs/poll-held-run.js'
import { RunFailure } from './failure.js'

const KEPT = 'Lo que ya se había guardado queda guardado. Iniciá otra sincronización.'

/**
 * Why a run that is pinned to one world cannot go on in the present one; null when it can. Throughput, budget
 * and page size are no part of a world: they change neither which rows the source shows nor what becomes
 * of them.
 */
export function settingsChange(pinned: PinnedSettings, present: PinnedSettings): RunFailure | null {
  if (pinned.cuenta !== present.cuenta) {
    return changed(
      `La sincronización empezó con la cuenta «${pinned.cuenta}» y la conexión es ahora de «${present.cuenta}». Se detuvo para no mezclar dos catálogos.`,
    )
  }
  if (pinned.dialect !== present.dialect) {
    return changed(
      `La sincronización empezó con el dialecto «${pinned.dialect}» y la conexión usa ahora «${present.dialect}». Se detuvo para no mezclar dos formas de leer el catálogo.`,
    )
  }
  if (pinned.credentialsVersion !== present.credentialsVersion) {
    return changed(
      'Las credenciales de la conexión cambiaron después de que empezó la sincronización. Se detuvo porque otras credenciales pueden mostrar otros productos.',
    )
  }
  if (pinned.mappingVersion !== present.mappingVersion) {
    return changed(
      'Espejo se actualizó y ahora lee los productos de otra manera que cuando empezó la sincronización. Se detuvo para no mezclar las dos.',
    )
  }
  return null
}

/** Why a run that holds `pinned` (null: not pinned yet) has to stop, with the connection as it is now. */
export function connectionFailure(
  connection: HeldRunPoll['connection'],
  pinned: PinnedSettings | null,
): RunFailure | null {
  if (connection === null) return connectionMissing()
  if (!connection.isActive) return connectionInactive()
  // The mapping is this process's own: it does not change under way.
  return pinned && settingsChange(pinned, { ...connection, mappingVersion: pinned.mappingVersion })
}

export function connectionMissing(): RunFailure {
  return new RunFailure('connection_missing', 'No hay una conexión con Cianbox. Cargala en Conexión.')
}

export function connectionInactive(): RunFailure {
  return new RunFailure(
    'connection_inactive',
    'La conexión con Cianbox está desactivada. Activala en Conexión.',
  )
}

function changed(what: string): RunFailure {
  return new RunFailure('connection_changed', `${what} ${KEPT}`)
}
