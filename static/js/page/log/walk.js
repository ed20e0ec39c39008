/**
 * Up and down walk from message to message, so that the page's tab order does not have to hold all
 * their buttons: those of the message in focus are the next stop.
 */
export function walkByArrows(log) {
  log.addEventListener("keydown", (event) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const messages = [...log.querySelectorAll(".message")];
    const here = messages.indexOf(document.activeElement?.closest(".message"));
    // From the log itself one enters at what is seen last.
    const to = here < 0 ? lastInView(log, messages) : messages[here + step];
    if (!to) return;
    event.preventDefault();
    to.focus({ preventScroll: true });
    to.scrollIntoView({ block: "nearest" });
  });
}

function lastInView(log, messages) {
  const end = log.getBoundingClientRect().bottom;
  return messages.findLast((message) => message.getBoundingClientRect().top < end);
}
