import type { Dice } from '../dice.js'
import type { Deed, Moment } from './plan.js'

/** Each as often as it stands here. */
const BLOWS = [
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

/** What hits a process or the database. */
export function drawBlow(dice: Dice): Deed {
  const moment = dice.pick<Moment>(['fetching', 'inside', 'committed'])
  switch (dice.pick(BLOWS)) {
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

/** What changes in the catalogue while it is read. */
export function drawChange(dice: Dice): Deed {
  const kind = dice.pick(['edit', 'add', 'gone', 'gone', 'inactive', 'move-stock'] as const)
  return { kind, count: kind === 'gone' && dice.chance(0.3) ? dice.whole(20, 60) : dice.whole(1, 12) }
}

export function drawWish(dice: Dice): Deed {
  return { kind: dice.pick(['pause', 'pause', 'cancel', 'expire-tokens']) }
}

const TWO_YEARS_S = 2 * 365 * 24 * 3600

/** A clock that is set while its process runs. */
export function drawJump(dice: Dice): Deed {
  return {
    kind: 'clock-jump',
    whose: dice.pick(['worker', 'worker', 'api']),
    seconds: dice.pick([3600, -3600, 960, TWO_YEARS_S]),
  }
}

export function drawSwitch(dice: Dice): Deed {
  return { kind: 'switch-account', whileRun: dice.pick(['paused', 'running', 'handed-over']) }
}
