const READING = 8_000; // milliseconds for a sentence such as "You are logged in."

/** Let what the last page had to say go when it has been read; what went wrong stays. */
export function passNotices(notices) {
  setTimeout(() => {
    for (const notice of notices.querySelectorAll(".notice:is(.success, .info)")) notice.remove();
    if (!notices.childElementCount) notices.remove();
  }, READING);
}
