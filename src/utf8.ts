/** The most bytes that a text can take in UTF-8: three for each of its UTF-16 units. */
export const mostBytes = (text: string): number => 3 * text.length
