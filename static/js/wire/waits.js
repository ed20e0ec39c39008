// How long to wait before the next try, in milliseconds.

const FIRST = 500;
const LONGEST = 15_000;
const RESTART_SPREAD = 5_000; // a server that restarts must not meet everybody in its first second

export const SERVER_RESTARTS = 1012;

/** The wait after a loss with this close code, the `losses`th in a row (1 for the first). */
export function waitAfter(code, losses) {
  if (code === SERVER_RESTARTS) return Math.random() * RESTART_SPREAD;
  return pauseAfter(losses);
}

/**
 * The pause after the `failures`th failure in a row (1 for the first).
 *
 * It doubles from failure to failure; half of it is chance, so that clients that failed together do
 * not come back together.
 */
export function pauseAfter(failures) {
  const full = Math.min(LONGEST, FIRST * 2 ** (failures - 1));
  return full / 2 + (Math.random() * full) / 2;
}
