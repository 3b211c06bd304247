import { expect, it } from 'vitest';
import { networkOf } from '../../../../src/http/access/network.js';

it.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0DB8:0001:2::1', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['::', '0:0:0:0'],
  ['1::', '1:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['64:ff9b::10.1.2.3', '64:ff9b:0:0'],
  ['1:2:3:4:5:6:10.1.2.3', '1:2:3:4'],
  ['not an address', '(invalid)'],
  ['', '(invalid)'],
  [`1${'0'.repeat(9999)}`, '(invalid)'],
])('%s stands for %s', (address, network) => expect(networkOf(address)).toBe(network));
