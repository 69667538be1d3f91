import { BlockList, isIP, type LookupFunction } from 'node:net'

const IPV4 = [
  '0.0.0.0/8', // this host
  '10.0.0.0/8',
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8',
  '169.254.0.0/16', // link-local, and the clouds' metadata services
  '172.16.0.0/12',
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.168.0.0/16',
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
]

const IPV6 = [
  '::/96', // unspecified, loopback, IPv4-compatible
  '64:ff9b::/96', // NAT64: any IPv4 address inside
  '64:ff9b:1::/48',
  '100::/64', // discard
  '2001::/32', // Teredo: any IPv4 address inside
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: any IPv4 address inside
  'fc00::/7', // unique local
  'fe80::/10', // link-local
  'fec0::/10', // site-local
  'ff00::/8', // multicast
]

// BlockList matches an IPv4-mapped IPv6 address (::ffff:10.0.0.1) against the IPv4 rules by itself.
const notPublic = new BlockList()
for (const subnet of IPV4) addSubnet(subnet, 'ipv4')
for (const subnet of IPV6) addSubnet(subnet, 'ipv6')

function addSubnet(subnet: string, family: 'ipv4' | 'ipv6'): void {
  const [network = '', bits] = subnet.split('/')
  notPublic.addSubnet(network, Number(bits), family)
}

/** Whether the text is an IP address that is not a public host's. A name is never one. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return false
  const withoutZone = address.replace(/%.*$/, '')
  return notPublic.check(withoutZone, family === 4 ? 'ipv4' : 'ipv6')
}

/** Thrown while connecting; the client turns it into a RequestRefusedError. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError'

  constructor(host: string, address: string) {
    const found = host === address ? `${host} is` : `${host} leads to ${address},`
    super(`${found} a private address (allowed for a simulated Gem only: --allow-insecure-base-url)`)
  }
}

/** Looks names up for a connection that is about to be made, and refuses a name with any private address. */
export function publicLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, result, family) => {
      if (error) return callback(error, result, family)
      const addresses = typeof result === 'string' ? [result] : result.map(({ address }) => address)
      const refused = addresses.find(isPrivateAddress)
      if (refused === undefined) return callback(null, result, family)
      return callback(new PrivateAddressError(hostname, refused), '', 0)
    })
  }
}
