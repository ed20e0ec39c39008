// What the account forms do: one starts where something is wrong, and can see a typed password.

const wrong = document.querySelector('[aria-invalid="true"]');
const refused = document.querySelector(".form [role=alert]"); // all of it, as a log-in: then what is to be typed again
const empty = () => [...document.querySelectorAll(".form input:not([type=hidden], [hidden])")].find((field) => !field.value);
(wrong ?? (refused && empty()))?.focus();

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
