/** How an encrypted payload says that it is one, and with which key it was encrypted. */
export const ENCRYPTED = 'binary/encrypted'
export const KEY_ID = 'encryption-key-id'
