/** Let a text field grow with its text, up to the limit in its style sheet. */
export function growWithText(field) {
  if (CSS.supports("field-sizing", "content")) return () => {};
  const fit = () => {
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight}px`;
  };
  field.addEventListener("input", fit);
  return fit; // for texts that no input event tells of
}
