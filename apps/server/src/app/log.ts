import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

/** Creates the logger: JSON lines on stdout, or readable lines when stdout is a terminal. */
export function createLog(level: string): Logger {
  const stream = process.stdout.isTTY
    ? pretty({ colorize: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', sync: true })
    : undefined
  return stream ? pino({ level }, stream) : pino({ level })
}
