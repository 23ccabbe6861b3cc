import { describe, expect, it } from 'vitest';
import { sockJsRoute, splitTarget } from '#protocol/sockjs-paths.ts';

describe('splitTarget', () => {
  it('gives what follows the prefix, and the query', () => {
    expect(splitTarget('/eventbus/info?t=1?2', '/eventbus')).toEqual({ path: '/info', query: 't=1?2' });
    expect(splitTarget('/eventbus', '/eventbus')).toEqual({ path: '', query: '' });
    expect(splitTarget('/info', '')).toEqual({ path: '/info', query: '' });
  });

  it('leaves other paths alone', () => {
    for (const target of ['/eventbusses/info', '/other', '/', '*', '']) {
      expect(splitTarget(target, '/eventbus'), target).toBeUndefined();
    }
  });

  it('accepts the absolute form', () => {
    expect(splitTarget('http://host:1/eventbus/info', '/eventbus')).toEqual({ path: '/info', query: '' });
  });
});

describe('sockJsRoute', () => {
  it.each([
    ['', { kind: 'greeting' }],
    ['/', { kind: 'greeting' }],
    ['/info', { kind: 'info' }],
    ['/iframe.html', { kind: 'iframe' }],
    ['/iframe-1.6.1.html', { kind: 'iframe' }],
    ['/websocket', { kind: 'raw-websocket' }],
    ['/000/abc/websocket', { kind: 'websocket' }],
    ['/000/abc/xhr', { kind: 'receive', session: 'abc', transport: 'xhr-polling' }],
    ['/000/abc/xhr_streaming', { kind: 'receive', session: 'abc', transport: 'xhr-streaming' }],
    ['/000/abc/eventsource', { kind: 'receive', session: 'abc', transport: 'eventsource' }],
    ['/000/abc/htmlfile', { kind: 'receive', session: 'abc', transport: 'htmlfile' }],
    ['/000/abc/jsonp', { kind: 'receive', session: 'abc', transport: 'jsonp-polling' }],
    ['/000/abc/xhr_send', { kind: 'send', session: 'abc', jsonp: false }],
    ['/000/abc/jsonp_send', { kind: 'send', session: 'abc', jsonp: true }],
  ])('%s', (path, route) => {
    expect(sockJsRoute(path)).toEqual(route);
  });

  it.each([
    '//',
    '/a',
    '/a/a',
    '/a/a/',
    '/a/a/nothing',
    '/a/a/constructor',
    '/a.b/a/xhr',
    '/a/a.b/xhr',
    '//a/xhr',
    '/a//xhr',
    '/a/a/a/xhr',
    '/a/a/xhr/',
    '/iframe-/.html',
    '/IFRAME.html',
  ])('%s is nowhere', (path) => {
    expect(sockJsRoute(path)).toBeUndefined();
  });
});
