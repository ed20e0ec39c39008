/**
 * Make a ref, unique for ever: 32 hexadecimal digits.
 *
 * crypto.randomUUID is missing on plain http, where a team's own site may well live.
 */
export function makeRef() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
