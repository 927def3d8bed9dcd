/** Which changes notify, and whom. */
export interface NotificationSwitches {
  /** A stock move notifies `productos`. */
  stockMovesNotify: boolean
  /** A deletion notifies `productos`, with the ids alone. */
  deletionNotifies: boolean
  /** Addresses of one event: the last one given replaces the others, or is added to them. */
  webhookUrls: 'one' | 'many'
  /** The events of the first documentation, or with the four of its newest pages. */
  webhookEvents: 'nine' | 'thirteen'
}

export const NOTIFICATION_DEFAULTS: Readonly<NotificationSwitches> = {
  stockMovesNotify: true,
  deletionNotifies: true,
  webhookUrls: 'one',
  webhookEvents: 'thirteen',
}

export const NOTIFICATION_VALUES = {
  webhookUrls: ['one', 'many'],
  webhookEvents: ['nine', 'thirteen'],
} as const
