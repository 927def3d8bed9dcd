import type { GuardTopic } from '../runs/guard-store.js'

/** The run has opened a guard (see `openGuard`) and pauses until a person decides. */
export class GuardOpened extends Error {
  override name = 'GuardOpened'
  readonly topic: GuardTopic
  constructor(topic: GuardTopic, message: string) {
    super(message)
    this.topic = topic
  }
}
