import { describe, expect, test } from 'vitest';
import { frontAsked, placeOf, serverAsked } from '../../../src/methods/traffic/asked.ts';
import type { Front } from '../../../src/nginx/listen.ts';

const health = [new URL('https://shop.example/health?deep=1')];

test.each([
  ['blue:8000', { address: 'blue', port: 8000 }], ['blue', { address: 'blue', port: 80 }], ['10.0.0.7:81', { address: '10.0.0.7', port: 81 }],
  ['[2001:db8::1]:8000', { address: '2001:db8::1', port: 8000 }], ['[::1]', { address: '::1', port: 80 }], ['unix:/run/app.sock', { address: '/run/app.sock', port: 0 }],
])('the place of %s', (address, place) => expect(placeOf(address)).toEqual(place));

describe('a server', () => {
  test('is asked at its own place for all that a health address asks for, by its name', () => {
    expect(serverAsked('lb-1', 'blue:8000', { healthUrl: health, secure: false, name: 'shop.internal' }))
      .toEqual({ balancer: 'lb-1', at: { address: 'blue', port: 8000 }, urls: ['http://shop.example/health?deep=1'], forwarded: 'https' });
  });

  test('of which nobody said what is well is asked for its first page, by the name that the load balancer has', () => {
    expect(serverAsked('lb-1', 'blue:8443', { healthUrl: [], secure: true, name: 'shop.internal' }))
      .toEqual({ balancer: 'lb-1', at: { address: 'blue', port: 8443 }, urls: ['https://shop.internal/'], lenient: true });
  });
});

describe('a load balancer', () => {
  const front = (over: Partial<Front>): Front => ({ listen: '*:80', names: ['_'], scheme: 'http', proxyProtocol: false, ...over });

  test.each<[string, readonly Front[], unknown]>([
    ['where it listens everywhere', [front({})], { at: { address: '127.0.0.1', port: 80 }, urls: ['http://shop.example/health?deep=1'] }],
    ['at its own address', [front({ listen: '10.0.0.7:8080' })], { at: { address: '10.0.0.7', port: 8080 } }],
    ['at any address of IPv6', [front({ listen: '[::]:443', scheme: 'https' })], { at: { address: '::1', port: 443 }, urls: ['https://shop.example/health?deep=1'] }],
    ['at a socket', [front({ listen: 'unix:/run/nginx.sock' })], { at: { address: '/run/nginx.sock', port: 0 } }],
    ['where its name is the one that is asked for', [front({ names: ['other.example'] }), front({ listen: '*:443', scheme: 'https', names: ['shop.example'] })], { at: { address: '127.0.0.1', port: 443 } }],
    ['by a name of its own, where it has none of that', [front({ listen: '*:8080', names: ['*.example', 'shop.internal'] })], { urls: ['http://shop.internal/health?deep=1'] }],
    ['not where it takes the PROXY protocol alone', [front({ proxyProtocol: true }), front({ listen: '*:81' })], { at: { address: '127.0.0.1', port: 81 } }],
  ])('is asked %s', (_what, fronts, expected) => expect(frontAsked('lb-1', fronts, health)).toMatchObject({ balancer: 'lb-1', ...(expected as object) }));

  test('is not asked where nothing can be', () => expect(frontAsked('lb-1', [front({ proxyProtocol: true })], health)).toBeUndefined());
});
