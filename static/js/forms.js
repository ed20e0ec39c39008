// What the account forms do: one starts where something is wrong, and can see a typed password.

const wrong = document.querySelector('[aria-invalid="true"]');
if (wrong) wrong.focus();
else if (document.querySelector(".form [role=alert]")) {
  // Refused as a whole, as a log-in is: what came back empty is to be typed again.
  const fields = document.querySelectorAll(".form input:not([type=hidden], [hidden])");
  [...fields].find((field) => !field.value)?.focus();
}

for (const button of document.querySelectorAll(".reveal")) {
  const field = document.getElementById(button.getAttribute("aria-controls"));

  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  };

  button.addEventListener("click", () => show(field.type === "password"));
  // Sent as a password, or the browser would keep it among what one types into text fields.
  field.form.addEventListener("submit", () => show(false));
  button.hidden = false;
}
