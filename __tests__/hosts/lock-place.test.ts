import { expect, test } from 'vitest';
import { lockPlaces } from '../../src/hosts/lock-place.ts';

test('an application is locked by its checkout, a load balancer by the block that is changed', () => {
  const place = lockPlaces('production', '/var/www/app', new Set(['lb-1']), '/etc/nginx/conf.d/app.conf#app');
  expect(place('web-1')).toEqual({ checkout: '/var/www/app', folder: '/var/tmp/rollback-action-production' });
  expect(place('lb-1')).toEqual({ folder: '/var/tmp/rollback-action-production-%2fetc%2fnginx%2fconf.d%2fapp.conf%23app' });
});
