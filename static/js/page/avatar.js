const HUES = 10; // as many as message.css has

/** Give a person's round sign its letters and its steady colour. */
export function showAvatar(element, user, name) {
  element.textContent = user === null ? "?" : initials(name);
  element.dataset.hue = user === null ? "none" : (user * 7) % HUES; // neighbours in number differ well
}

/** "ada.lovelace" is AL, "grace" is G. */
function initials(name) {
  const words = name.split(/[\s._@+-]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0].toLocaleUpperCase()).join("") || "?";
}
