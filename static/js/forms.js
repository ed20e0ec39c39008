// A button beside each password field, which shows what was typed.

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
