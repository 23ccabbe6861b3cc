import { describe, expect, it } from 'vitest';
import { splitTarget } from '#protocol/request-target.ts';
import { pathUnder, sockJsRoute } from '#protocol/sockjs-paths.ts';

describe('splitTarget', () => {
  it('gives the path and the query', () => {
    expect(splitTarget('/eventbus/info?t=1?2')).toEqual({ path: '/eventbus/info', query: 't=1?2' });
    expect(splitTarget('/eventbus')).toEqual({ path: '/eventbus', query: '' });
  });

  it('accepts the absolute form', () => {
    expect(splitTarget('http://host:1/eventbus/info?t=1')).toEqual({ path: '/eventbus/info', query: 't=1' });
  });
});

describe('pathUnder', () => {
  it('gives what follows the prefix', () => {
    expect(pathUnder('/eventbus', '/eventbus/info')).toBe('/info');
    expect(pathUnder('/eventbus', '/eventbus')).toBe('');
    expect(pathUnder('', '/info')).toBe('/info');
  });

  it('leaves other paths alone', () => {
    for (const path of ['/eventbusses/info', '/other', '/', '*', '']) {
      expect(pathUnder('/eventbus', path), path).toBeUndefined();
    }
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
