import type { Dice } from '../dice.js'
import type { Action, Moment } from './plan.js'

/** Drawn with equal probability; an entry that is repeated is drawn more often. */
const DISRUPTIONS = [
  'kill',
  'kill',
  'kill',
  'freeze',
  'terminate',
  'terminate',
  'kill-postgres',
  'cut-connections',
  'lose-answer',
  'lose-answer',
] as const

/** An action against a worker process or the database. */
export function drawDisruption(dice: Dice): Action {
  const moment = dice.pick<Moment>(['fetching', 'inside', 'committed'])
  switch (dice.pick(DISRUPTIONS)) {
    case 'kill':
      return { kind: 'kill', moment, seconds: 0 }
    case 'freeze':
      return { kind: 'freeze', moment, seconds: dice.whole(12, 17) }
    case 'terminate':
      return { kind: 'terminate' }
    case 'kill-postgres':
      return { kind: 'kill-postgres', seconds: dice.whole(0, 3) }
    case 'lose-answer':
      return { kind: 'lose-answer', pausesMeanwhile: dice.chance(0.5) }
    default:
      return { kind: 'cut-connections' }
  }
}

/** A change of the catalogue while it is read. */
export function drawCatalogueChange(dice: Dice): Action {
  const kind = dice.pick(['edit', 'add', 'gone', 'gone', 'inactive', 'move-stock'] as const)
  return { kind, count: kind === 'gone' && dice.chance(0.3) ? dice.whole(20, 60) : dice.whole(1, 12) }
}

export function drawUserAction(dice: Dice): Action {
  return { kind: dice.pick(['pause', 'pause', 'cancel', 'expire-tokens']) }
}

const TWO_YEARS_S = 2 * 365 * 24 * 3600

/** A change of a process's clock while it runs. */
export function drawClockJump(dice: Dice): Action {
  return {
    kind: 'clock-jump',
    whose: dice.pick(['worker', 'worker', 'api']),
    seconds: dice.pick([3600, -3600, 960, TWO_YEARS_S]),
  }
}

export function drawAccountSwitch(dice: Dice): Action {
  return { kind: 'switch-account', whileRun: dice.pick(['paused', 'running', 'handed-over']) }
}
