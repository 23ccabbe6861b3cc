/**
 * How each HTTP transport wraps a frame: content type, what comes before the first frame, terminators.
 * Source: sockjs-protocol 0.3.3, "Framing" and the transports' own sections.
 */

export type SockJsHttpTransport =
  | 'xhr-polling'
  | 'xhr-streaming'
  | 'eventsource'
  | 'htmlfile'
  | 'jsonp-polling';

export type SockJsFraming = {
  readonly contentType: string;
  /** A polling response carries one frame and ends; a streaming one goes on to its byte limit. */
  readonly polling: boolean;
  /** Has a JavaScript function's name from the query to call with each frame. */
  readonly callback: boolean;
  /** Sent once, before the first frame; empty for polling. */
  prelude(callback: string): string;
  wrap(frame: string, callback: string): string;
};

const JAVASCRIPT = 'application/javascript; charset=UTF-8';

export const SOCKJS_FRAMINGS: Readonly<Record<SockJsHttpTransport, SockJsFraming>> = {
  'xhr-polling': {
    contentType: JAVASCRIPT,
    polling: true,
    callback: false,
    prelude: () => '',
    wrap: (frame) => `${frame}\n`,
  },
  'xhr-streaming': {
    contentType: JAVASCRIPT,
    polling: false,
    callback: false,
    // Browsers showed a stream to the page only after its first 2 KiB.
    prelude: () => `${'h'.repeat(2048)}\n`,
    wrap: (frame) => `${frame}\n`,
  },
  eventsource: {
    contentType: 'text/event-stream',
    polling: false,
    callback: false,
    prelude: () => '\r\n',
    // sockjs-client runs decodeURI over the data, so a percent sign has to survive that.
    wrap: (frame) => `data: ${frame.replaceAll('%', '%25')}\r\n\r\n`,
  },
  htmlfile: {
    contentType: 'text/html; charset=UTF-8',
    polling: false,
    callback: true,
    prelude: htmlFileHead,
    // `</script>` inside a message would otherwise end the script, and what follows it would be markup.
    wrap: (frame) => `<script>\np(${JSON.stringify(frame).replaceAll('<', '\\u003c')});\n</script>\r\n`,
  },
  'jsonp-polling': {
    contentType: JAVASCRIPT,
    polling: true,
    callback: true,
    prelude: () => '',
    // The comment keeps a chosen callback name from being the file's first bytes (the "Rosetta Flash" trick).
    wrap: (frame, callback) => `/**/${callback}(${JSON.stringify(frame)});\r\n`,
  },
};

const MAX_CALLBACK_LENGTH = 32;

/**
 * The callback name in a query string, `c` or its alias `callback`; or the sentence the protocol wants as the
 * body of the 500 answer. The name is pasted into JavaScript, so only `[a-zA-Z0-9-_.]` passes.
 */
export function readCallback(query: string): { readonly name: string } | { readonly complaint: string } {
  const parameters = new URLSearchParams(query);
  const name = parameters.get('c') ?? parameters.get('callback') ?? '';
  if (name === '') return { complaint: '"callback" parameter required' };
  if (name.length > MAX_CALLBACK_LENGTH || /[^a-zA-Z0-9\-_.]/.test(name)) {
    return { complaint: 'invalid "callback" parameter' };
  }
  return { name };
}

/** The page of the forever-iframe, padded: browsers rendered nothing of a shorter one until it ended. */
function htmlFileHead(callback: string): string {
  const head = `<!doctype html>
<html><head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
</head><body><h2>Don't panic!</h2>
  <script>
    document.domain = document.domain;
    var c = parent.${callback};
    c.start();
    function p(d) {c.message(d);};
    window.onload = function() {c.stop();};
  </script>`;
  return `${head.padEnd(1024)}\r\n\r\n`;
}
