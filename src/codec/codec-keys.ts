import type { EncryptionKey } from '../accounts/encryption.ts'

/** Keys of the payload codec. At least one is there: without any there is no codec. */
export interface CodecKeys {
  /** Encrypts; null: nothing new is encrypted, and what is encrypted is still read. */
  readonly current: EncryptionKey | null
  /** Only read what was encrypted with them. */
  readonly others: readonly EncryptionKey[]
}

export function findCodecKey({ current, others }: CodecKeys, id: string): EncryptionKey | null {
  return [current, ...others].find((key) => key?.id === id) ?? null
}
