/** Which changes send notifications, and to which URLs. */
export interface NotificationSwitches {
  /** A stock change notifies `productos`. */
  stockMovesNotify: boolean
  /** A deletion notifies `productos`, with only the ids. */
  deletionNotifies: boolean
  /** URLs of one event: a new one replaces the previous one, or is added. */
  webhookUrls: 'one' | 'many'
  /** The nine events of the first documentation, or also the four of its newest pages. */
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
