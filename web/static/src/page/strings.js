// The sentences scripts show, in the reader's language: the server renders them into the page
// (web/presenters/shell.py).

let known = null;

function load() {
  const block = document.getElementById("client-strings");
  return block ? JSON.parse(block.textContent) : {};
}

/** Return the sentence `key`, with %(name)s replaced from `values`. */
export function say(key, values = {}) {
  known ??= load();
  return fill(known[key] ?? key, values);
}

export function fill(sentence, values) {
  return sentence.replace(/%\((\w+)\)s/g, (whole, name) => String(values[name] ?? whole));
}
