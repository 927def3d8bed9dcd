import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

/** JSON lines on stdout; on a terminal, lines for people. */
export function createLog(level: string): Logger {
  const stream = process.stdout.isTTY
    ? pretty({ colorize: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', sync: true })
    : undefined
  return stream ? pino({ level }, stream) : pino({ level })
}
