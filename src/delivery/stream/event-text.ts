/** Frames of server-sent events (HTML Living Standard §9.2). Nothing that is put into one may hold a line break. */

/** An event with the place after it, which the client sends back as `Last-Event-ID`. */
export const eventText = (id: string, event: string, data: object): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** How long a client is to wait before it comes back. */
export const retryText = (milliseconds: number): string => `retry: ${Math.round(milliseconds)}\n\n`;

/** Shows that the stream lives, and moves the client's place on where there was nothing for it to be told. */
export const heartbeatText = (id: string | undefined): string =>
  id === undefined ? ': \n\n' : `: \nid: ${id}\n\n`;
