import type { Json } from './pools.ts'

const email = (value: unknown, type?: unknown, isPrimary?: unknown): Json => ({
  value,
  type,
  is_primary: isPrimary,
})
const phone = (value: unknown, type?: unknown): Json => ({ value, type })

const emails: unknown[][] = [
  [
    email('other@example.com', 'other', false),
    email('work@example.com', 'work', false),
    email('P@example.com', 'personal', true),
  ],
  [
    email('Twice@Example.com', 'work'),
    email('twice@example.com', 'personal'),
    email('twice@example.com', 'personal'),
  ],
  [email('twice@example.com', 'work', false), email('TWICE@example.com', 'personal', true)],
  [
    email('not valid', 'personal', true),
    null,
    email('valid@example.com', ' Personal '),
    email('', 'work'),
    email(null),
  ],
  [
    email('no-at', 'work'),
    email('two@@example.com'),
    email('a@b@c.de'),
    email('no@dot'),
    email('@example.com'),
  ],
  [
    email('in side@example.com'),
    email('tab\t@example.com'),
    email('bell\u0007@example.com'),
    email('line\n@example.com'),
  ],
  [
    email('jörg@exämple.de', 'PERSONAL', null),
    email('用户@例子.公司', ''),
    email("o'neil+tag@a.b", '  ', false),
  ],
  [email('a@b.cd', 'other'), email('c@d.ef', 'Work'), email('e@f.gh', null), email('i@j.kl', ' OTHER ')],
  [{ value: 'bare@example.com' }, {}, { type: 'work', is_primary: false }],
]

const phones: unknown[][] = [
  [
    phone('+49 30 123', 'mobile'),
    phone('+49 30 123', 'MOBILE'),
    phone('+49 30 123', 'home'),
    phone(' +49 30 123 ', ' Mobile '),
  ],
  [
    phone('', 'home'),
    phone('   ', 'home'),
    phone(null, 'home'),
    null,
    phone('1', ''),
    phone('1', null),
    phone('1'),
  ],
  [phone('call me'), phone('nul\u0000', 'skype'), phone('lone\ud800', 'other'), {}, phone('2', 'WORK')],
]

const socials: string[][] = [
  [
    'https://www.linkedin.com/in/jane-doe',
    'http://linkedin.com/in/jane-doe/',
    'HTTPS://LinkedIn.com/in/Jane',
  ],
  [
    'linkedin.com/in/jane',
    'https://linkedin.com/in/jane',
    'https://de.linkedin.com/in/j?trk=x#top',
    'LINKEDIN.com',
  ],
  ['github.com', 'github.com/jane', 'https://github.com/jane', 'https://github.com/jane?tab=repositories'],
  ['twitter.com/jane', 'https://x.com/jane', 'https://mobile.twitter.com/jane', 'x.com'],
  [
    'https://www.facebook.com/jane.doe',
    'instagram.com/jane_doe/',
    'https://www.xing.com/profile/Jane_Doe',
    'xing.com',
  ],
  [
    'https://www.youtube.com/watch?v=1',
    'https://stackoverflow.com/users/1/jane',
    'https://github.com/jane/repository',
  ],
  [
    'www.example.org',
    'https://example.org/jane',
    'example.org/jane',
    'https://notgithub.com/x',
    'https://github.com.evil.org/x',
  ],
  ['@jane', 'jane', 'jane_doe', '@jane_doe', 'jane.doe', '  padded  ', 'ünïcode', '🦄'],
  ['jane doe', 'https://github.com/jane doe', 'see linkedin.com/in/jane', 'tab\tinside', '@two words'],
  [
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'mailto:jane@example.com',
    'ftp://example.org/x',
    'data:text/html,x',
  ],
  ['skype:jane?call', 'tel:+49', 'file:///etc/passwd', '', '   ', 'vbscript:x'],
  ['__proto__', 'constructor', 'nul\u0000', 'lone\ud800', '<script>', "it's"],
]

/** Fields of a candidate: e-mail addresses, phones, social media, one kind at a time. */
export function contactCases(): Json[] {
  return [
    ...emails.map((email_addresses) => ({ email_addresses })),
    ...phones.map((phone_numbers) => ({ phone_numbers })),
    ...socials.map((values) => ({
      social_media_addresses: [null, ...values.map((value) => ({ value })), { value: null }],
    })),
    { email_addresses: null, phone_numbers: null, social_media_addresses: null },
    { email_addresses: [], phone_numbers: [], social_media_addresses: [{}, null] },
  ]
}
