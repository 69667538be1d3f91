import assert from 'node:assert/strict'
import { test } from 'node:test'
import { socialMedia } from '../../src/mappers/social-media.ts'

const read = (...values: (string | null)[]) => socialMedia(values.map((value) => ({ value })))

const links: [value: string, type: string | null, username: string | null][] = [
  ['https://www.linkedin.com/in/ana-ruiz', 'LINKEDIN', 'ana-ruiz'],
  ['https://www.linkedin.com/in/ana-ruiz/?locale=en', 'LINKEDIN', 'ana-ruiz'],
  ['http://de.linkedin.com/in/ana/en', 'LINKEDIN', 'ana'],
  ['https://linkedin.com/pub/ana-ruiz/1/2/3', 'LINKEDIN', 'ana-ruiz'],
  ['https://linkedin.com/company/acme', 'LINKEDIN', null],
  ['https://linkedin.com/in/', 'LINKEDIN', null],
  ['https://linkedin.com/in/ana%20mar%C3%ADa', 'LINKEDIN', 'ana maría'],
  ['https://linkedin.com/in/josé', 'LINKEDIN', 'josé'],
  ['https://linkedin.com/in/%E0%A4%A', 'LINKEDIN', '%E0%A4%A'],
  ['https://linkedin.com/in/a%00b', 'LINKEDIN', 'a\uFFFDb'],
  ['HTTP://LinkedIn.com/in/Ana', 'LINKEDIN', 'Ana'],
  ['https://ana:secret@linkedin.com:443/in/ana', 'LINKEDIN', 'ana'],
  ['https://linkedin.com@evil.example/in/ana', null, null],
  ['https://evil-linkedin.com/in/ana', null, null],
  ['https://linkedin.com.evil.example/in/ana', null, null],
  ['https://linkedin.com./in/ana', 'LINKEDIN', 'ana'],
  ['https://github.com/ana', 'GITHUB', 'ana'],
  ['https://github.com/ana?tab=repositories#top', 'GITHUB', 'ana'],
  ['https://github.com/', 'GITHUB', null],
  ['https://github.com', 'GITHUB', null],
  ['https://github.com/orgs/acme', 'GITHUB', null],
  ['https://docs.github.com/en', 'GITHUB', null],
  ['https://twitter.com/ana', 'TWITTER', 'ana'],
  ['https://x.com/@ana', 'TWITTER', 'ana'],
  ['https://mobile.x.com/ana/status/1', 'TWITTER', 'ana'],
  ['https://x.com/i/lists/1', 'TWITTER', null],
  ['https://netflix.com/ana', null, null],
  ['https://m.facebook.com/ana.ruiz', 'FACEBOOK', 'ana.ruiz'],
  ['https://facebook.com/profile.php?id=1', 'FACEBOOK', null],
  ['https://www.instagram.com/ana/', 'INSTAGRAM', 'ana'],
  ['https://instagram.com/p/1', 'INSTAGRAM', null],
  ['https://youtube.com/@ana', 'YOUTUBE', 'ana'],
  ['https://youtube.com/c/ana', 'YOUTUBE', 'ana'],
  ['https://youtube.com/user/ana', 'YOUTUBE', 'ana'],
  ['https://youtube.com/watch?v=1', 'YOUTUBE', null],
  ['https://www.xing.com/profile/Ana_Ruiz/cv', 'XING', 'Ana_Ruiz'],
  ['https://stackoverflow.com/users/12/ana-ruiz', 'STACKOVERFLOW', 'ana-ruiz'],
  ['https://stackoverflow.com/users/12', 'STACKOVERFLOW', null],
  ['https://example.com/ana', null, null],
]

for (const [link, type, username] of links) {
  test(`the link ${link} is ${type} of ${username}`, () => {
    assert.deepEqual(read(link), [{ link, type, username }])
  })
}

const bare: [value: string, type: string | null, username: string | null][] = [
  ['linkedin.com/in/ana', 'LINKEDIN', 'ana'],
  ['GitHub.com', 'GITHUB', null],
  ['de.linkedin.com', 'LINKEDIN', null],
  ['github.com:443', 'GITHUB', null],
  ['x.com?lang=en', 'TWITTER', null],
  ['www.ana.dev', null, null],
  ['WWW.ana.dev', null, null],
  ['ana.dev/', null, null],
  ['ana.dev:8080/cv', null, null],
  ['münchen.example/ana', null, null],
]

for (const [value, type, username] of bare) {
  test(`https:// is put before ${value}`, () => {
    assert.deepEqual(read(value), [{ link: `https://${value}`, type, username }])
  })
}

const handles: [value: string, username: string][] = [
  ['ana', 'ana'],
  ['@ana', 'ana'],
  [' @Ana ', 'Ana'],
  ['ana.ruiz', 'ana.ruiz'],
  ['ana.dev:8080', 'ana.dev:8080'],
  ['ana#1234', 'ana#1234'],
  ['in/ana', 'in/ana'],
  ['ana@example.com', 'ana@example.com'],
  ['@ana:matrix.example', 'ana:matrix.example'],
]

for (const [value, username] of handles) {
  test(`${JSON.stringify(value)} is a handle`, () => {
    assert.deepEqual(read(value), [{ link: null, type: null, username }])
  })
}

const dropped = [
  null,
  '',
  ' ',
  '@',
  'Ana Ruiz',
  'https://linkedin.com/in/ana ruiz',
  'a\u00a0b',
  'javascript:alert(1)',
  'JavaScript://github.com/%0aalert(1)',
  'mailto:ana@example.com',
  'ftp://example.com/ana',
  'skype:ana',
  'tel:5551234',
  'https://',
  'http:example.com',
]

for (const value of dropped) {
  test(`${JSON.stringify(value)} is dropped`, () => {
    assert.deepEqual(read(value), [])
  })
}

test('repeats of the same link or handle are dropped, the order is kept', () => {
  assert.deepEqual(
    read('@b', 'github.com/a', 'b', 'https://github.com/a', ' b').map(
      ({ link, username }) => link ?? username,
    ),
    ['b', 'https://github.com/a'],
  )
})
