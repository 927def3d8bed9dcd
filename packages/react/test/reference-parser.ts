/** An event as a browser's EventSource dispatches it. */
export interface DispatchedEvent {
  type: string
  data: string
  lastEventId: string
}

/**
 * The specification's algorithm (WHATWG HTML §9.2.6), step by step and over the whole stream at once:
 * slow, and simple enough to compare with the specification's text.
 *
 * @param deviation the one difference of our decoder: an `id` in a block without data, which our server
 *   never writes, changes a browser's cursor and not ours, because the cursor is that of the last event
 */
export function parseBySpecification(bytes: Uint8Array, deviation?: 'id needs data'): DispatchedEvent[] {
  const events: DispatchedEvent[] = []
  let data = ''
  let type = ''
  let id = ''
  let idBefore = ''

  function takeField(field: string, value: string) {
    if (field === 'event') type = value
    else if (field === 'data') data += `${value}\n`
    else if (field === 'id' && !value.includes('\0')) id = value
  }
  function dispatch() {
    if (data === '' && deviation) id = idBefore
    idBefore = id
    if (data !== '') events.push({ type: type || 'message', data: data.slice(0, -1), lastEventId: id })
    data = ''
    type = ''
  }

  // TextDecoder removes one byte order mark. Text after the last line end is not a line.
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/\r\n|\n|\r/)
    .slice(0, -1)
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (line === '') dispatch()
    else if (colon < 0) takeField(line, '')
    else if (colon > 0) takeField(line.slice(0, colon), line.slice(colon + 1).replace(/^ /, ''))
  }
  return events
}
