import { monotonicMs } from './clock.js'

/** The `data` of every contestant's progress: ours, with the moment before it in front. One line of JSON. */
export function progressJson(page: number, padding = ''): string {
  const seen = page * 200
  return `{"at":${monotonicMs().toFixed(3)},"page":${page},"totalPages":5000,"productsInPage":200,"totalProcessed":${seen},"created":${seen},"updated":0,"errors":0,"percent":52,"unchanged":0,"seen":${seen},"phase":"products","ratePerSecond":410.2,"etaSeconds":612,"requests":${page + 7},"waiting":null${padding && `,"padding":"${padding}"`}}`
}

/** An event as far as a viewer of the bench looks at it. */
export interface SeenEvent {
  name: string
  /** Position in the run's log; 0 for an event without id. */
  seq: number
  /** When it was stamped; NaN for one that was not. */
  at: number
}

/**
 * The events of a piece of a response: just enough of a parser to count, and fast, for it shares the
 * machine with what is measured. Chunk sizes and HTTP's head are lines that say nothing to it.
 *
 * @param text what was left over of the last piece, and this one
 * @returns what has no end yet
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
