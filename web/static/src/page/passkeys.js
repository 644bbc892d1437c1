// <form data-passkey="create"> or "get": before it is sent, the browser's authenticator is asked
// what the server wants to know (data-passkey-begin), and its answer goes into the field `answer`.

export function startPasskeys() {
  if (!globalThis.PublicKeyCredential || !navigator.credentials) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) form.hidden = false;
  document.addEventListener("submit", onSubmit);
}

async function onSubmit(event) {
  const form = event.target.closest?.("form[data-passkey]");
  if (!form || form.elements.answer.value) return;
  event.preventDefault();
  tell(form, "");
  if (!form.reportValidity()) return;
  try {
    const asked = await begin(form);
    form.elements.answer.value = JSON.stringify(await answerTo(form.dataset.passkey, asked));
  } catch {
    tell(form, form.dataset.passkeyFailed);
    return;
  }
  form.requestSubmit();
}

async function begin(form) {
  const answer = await fetch(form.dataset.passkeyBegin, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { Accept: "application/json" },
  });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).publicKey;
}

async function answerTo(way, asked) {
  const options = { ...asked, challenge: bytes(asked.challenge) };
  if (asked.user) options.user = { ...asked.user, id: bytes(asked.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (asked[list]) options[list] = asked[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  const found = await navigator.credentials[way]({ publicKey: options });
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (found.response[part]) response[part] = text(found.response[part]);
  }
  return { id: found.id, rawId: text(found.rawId), type: found.type, response, clientExtensionResults: {} };
}

function tell(form, sentence) {
  const place = form.querySelector("[role=alert]");
  place.textContent = sentence;
  place.hidden = !sentence;
}

function bytes(written) {
  const plain = atob(written.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
