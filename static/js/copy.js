// A text that is to be passed on: selected at once, and copied by a button.

// Loaded again, the page asks anew instead of sending the form that made this once more.
history.replaceState(null, "", location.href);

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const status = field.closest(".copy").querySelector("[role=status]");
  field.addEventListener("focus", () => field.select());
  field.select();
  // Browsers give the clipboard to https and to this machine alone.
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    status.textContent = status.dataset.copied;
  });
}
