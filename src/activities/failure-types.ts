/** Types of the activities' failures, as the workflow tells them apart and the Web UI shows them. A leaf module. */
export const failureTypes = {
  credentials: 'CredentialsRefused',
  otherTeam: 'OtherTeam',
  refused: 'RequestRefused',
  fenced: 'Fenced',
  user: 'UserError',
  settings: 'SettingsUnreadable',
  keys: 'KeysUnreadable',
  unavailable: 'GemUnavailable',
  other: 'Failure',
} as const

export type FailureType = (typeof failureTypes)[keyof typeof failureTypes]
