import type { PinnedSettings } from '../runs/pinned-settings.js'
import type { HeldRunPoll } from '../runs/poll-held-run.js'
import { RunFailure } from './failure.js'

const KEPT = 'Lo que ya se había guardado queda guardado. Iniciá otra sincronización.'

/**
 * The failure of a run whose pinned settings differ from the present ones; null when they are equal. Request rate,
 * budget and page size are not compared: they change neither which rows the source returns nor their mapping.
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

/** The failure of a run whose connection was deleted, deactivated or changed; null when it can continue. @param pinned null before the first claim has pinned them */
export function connectionFailure(
  connection: HeldRunPoll['connection'],
  pinned: PinnedSettings | null,
): RunFailure | null {
  if (connection === null) return connectionMissing()
  if (!connection.isActive) return connectionInactive()
  // The mapping is constant within this process.
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
