// Questions, each in a <dialog> of the page that waits for a yes or a no.

/**
 * Ask; resolves to whether the answer was yes.
 *
 * `text` is shown in it. On a yes `act` is awaited before the dialog closes; when it throws, the
 * dialog says so and stays.
 */
export function ask(id, text, act = async () => {}) {
  const dialog = document.getElementById(id);
  const trouble = dialog.querySelector(".ask-trouble");
  const buttons = [...dialog.querySelectorAll("[data-answer]")];
  dialog.querySelector(".ask-text").textContent = text;
  trouble.textContent = "";
  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    const answer = async ({ currentTarget: { dataset } }) => {
      if (dataset.answer === "no") return dialog.close("no");
      for (const button of buttons) button.disabled = true;
      trouble.textContent = await outcome(act);
      for (const button of buttons) button.disabled = false;
      if (!trouble.textContent) dialog.close("yes");
    };
    for (const button of buttons) button.addEventListener("click", answer, { signal });
    dialog.addEventListener(
      "close",
      () => {
        listening.abort();
        resolve(dialog.returnValue === "yes");
      },
      { signal },
    );
    dialog.returnValue = "no"; // what Escape answers
    dialog.showModal();
  });
}

/** Do it; returns the sentence that says why it failed, or "". */
async function outcome(act) {
  try {
    await act();
    return "";
  } catch (refusal) {
    if (!refusal.detail) throw refusal;
    return refusal.detail;
  }
}
