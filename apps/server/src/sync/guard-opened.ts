import type { GuardTopic } from '../runs/guard-store.js'

/** The run has asked a person (see `openGuard`) and pauses until there is an answer. */
export class GuardOpened extends Error {
  override name = 'GuardOpened'
  readonly topic: GuardTopic
  constructor(topic: GuardTopic, message: string) {
    super(message)
    this.topic = topic
  }
}
