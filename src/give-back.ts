/**
 * Gives back the memory of a buffer that has it for itself. Megabytes that come and go with each page lie outside of the
 * heap, but it is them that make the collector run. What still looks into the buffer finds it empty.
 */
export function giveBack({ buffer, byteLength }: Buffer<ArrayBuffer>): void {
  if (buffer.byteLength !== byteLength) throw new RangeError('the buffer shares its memory with others')
  buffer.transfer(0)
}
