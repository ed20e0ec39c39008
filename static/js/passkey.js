// Passkeys: asks the browser for one, and sends what it answers in the form that asked.

const { PublicKeyCredential } = window;
const known = Boolean(PublicKeyCredential?.parseCreationOptionsFromJSON && PublicKeyCredential.parseRequestOptionsFromJSON);

/** Return what the server wants: it stands in the page, or is fetched when it is needed. */
async function wanted(form) {
  const { options } = form.dataset;
  if (options) return JSON.parse(document.getElementById(options).textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`The server answered with ${answer.status}.`);
  return answer.json();
}

async function ask(form) {
  const { creation_options: creation, request_options: request } = await wanted(form);
  return creation
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(creation.publicKey) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(request.publicKey) });
}

/** Return the words for what went wrong; the browser's own are for programmers. */
function wordsFor(error, { failed, known, elsewhere }) {
  return { InvalidStateError: known, SecurityError: elsewhere }[error.name] ?? failed;
}

function start(form) {
  const button = form.querySelector("[type=submit]");
  const trouble = form.querySelector("[data-failed]");

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = trouble.hidden = true;
    try {
      const credential = await ask(form);
      form.elements.credential.value = JSON.stringify(credential); // asks its toJSON()
      form.submit();
    } catch (error) {
      trouble.textContent = wordsFor(error, trouble.dataset);
      trouble.hidden = button.disabled = false;
      button.focus();
    }
  });
  button.hidden = false;
}

if (known) {
  document.querySelectorAll("form[data-passkey]").forEach(start);
  for (const words of document.querySelectorAll("[data-without-passkeys]")) words.hidden = true;
}
