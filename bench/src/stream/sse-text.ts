import { monotonicMs } from './clock.js'

/** The `data` of a progress event, the same for every server: Espejo's, after a timestamp `at`. One line of JSON. */
export function progressJson(page: number, padding = ''): string {
  const seen = page * 200
  return `{"at":${monotonicMs().toFixed(3)},"page":${page},"totalPages":5000,"productsInPage":200,"totalProcessed":${seen},"created":${seen},"updated":0,"errors":0,"percent":52,"unchanged":0,"seen":${seen},"phase":"products","ratePerSecond":410.2,"etaSeconds":612,"requests":${page + 7},"waiting":null${padding && `,"padding":"${padding}"`}}`
}

/** The parts of an event that a viewer client reads. */
export interface SeenEvent {
  name: string
  /** Position in the run's log; 0 for an event without id. */
  seq: number
  /** When it was stamped; NaN for one that was not. */
  at: number
}

/**
 * Parses the events in a part of an HTTP response. A minimal, fast parser, because it shares the machine with the
 * measured server. It ignores the lines of HTTP's head and of chunk sizes.
 *
 * @param text the rest of the last part, followed by this one
 * @returns the incomplete event at the end
 */
export function readEvents(text: string, onEvent: (event: SeenEvent) => void): string {
  let from = 0
  for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n', from)) {
    const event = readEvent(text.slice(from, end))
    if (event.name !== '') onEvent(event)
    from = end + 2
  }
  const rest = text.slice(from)
  return rest === '\r\n' ? '' : rest
}

function readEvent(block: string): SeenEvent {
  const event: SeenEvent = { name: '', seq: 0, at: Number.NaN }
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) event.name = line.slice(6).trim()
    else if (line.startsWith('id:')) event.seq = Number(line.slice(line.indexOf('.') + 1))
    else if (line.startsWith(STAMP, 5) || line.startsWith(STAMP, 6)) {
      event.at = Number.parseFloat(line.slice(line.indexOf(STAMP) + STAMP.length))
    }
  }
  return event
}

const STAMP = '{"at":'
