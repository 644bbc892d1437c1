// <select data-picker="/pick/people">: search as you type. Without this script it stays a select
// with what was chosen.

import TomSelect from "tom-select/base";
import removeButton from "tom-select/plugins/remove_button/plugin.js";

import { say } from "./strings.js";

const PAUSE_MILLISECONDS = 150;

TomSelect.define("remove_button", removeButton);

export function furnishPickers(root) {
  for (const select of root.querySelectorAll("select[data-picker]")) {
    if (select.tomselect) continue;
    furnish(select);
  }
}

function furnish(select) {
  let found = new Set();
  const picker = new TomSelect(select, {
    valueField: "value",
    labelField: "text",
    // The server has searched already: what it answered last is shown as it is.
    searchField: [],
    score: () => (option) => (found.has(option.value) ? 1 : 0),
    maxOptions: 50,
    loadThrottle: PAUSE_MILLISECONDS,
    preload: "focus",
    placeholder: select.dataset.placeholder ?? "",
    plugins: select.multiple ? { remove_button: { title: say("remove") } } : {},
    load: (query, show) => {
      // Ask each time: what was right a minute ago may be wrong now.
      picker.loadedSearches = {};
      const answer = (results) => {
        // What was chosen or typed meanwhile counts, and who has gone on keeps the focus: an answer
        // that comes late opens no list.
        const late = picker.inputValue() !== query;
        const here = picker.isFocused && picker.wrapper.contains(document.activeElement);
        if (results && !late) {
          picker.clearOptions();
          found = new Set(results.map((option) => option.value));
        }
        picker.isFocused = here && !late;
        show(late ? undefined : results);
        picker.isFocused = here;
      };
      find(addressOf(select), query).then(answer, () => answer());
    },
    render: { option: optionLine, no_results: nothingLine, item: chosenLine },
  });
  // The select itself is only what is sent; what people meet is the input beside it.
  select.setAttribute("aria-hidden", "true");
  for (const name of ["aria-describedby", "aria-invalid", "aria-required"]) {
    if (select.hasAttribute(name)) picker.control_input.setAttribute(name, select.getAttribute(name));
  }
  select.form?.addEventListener("draft-restored", () => picker.sync());
  // Out of the list and out of the field at once: keys mean steps again.
  picker.control_input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") picker.blur();
  });
  // The browser gave the focus to the select, which is not there any more.
  if (select.autofocus) picker.focus();
}

/** Return where to ask; data-picker-with names a field of the form whose value goes along. */
function addressOf(select) {
  const url = new URL(select.dataset.picker, location.href);
  const along = select.dataset.pickerWith;
  if (along) url.searchParams.set(along, select.form?.elements[along]?.value ?? "");
  return url;
}

async function find(url, query) {
  url.searchParams.set("q", query);
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`the list answered ${answer.status}`);
  return (await answer.json()).results;
}

function line(text, detail) {
  const box = document.createElement("div");
  const name = document.createElement("bdi");
  name.textContent = text;
  box.append(name);
  if (detail) {
    const more = document.createElement("span");
    more.className = "option-detail";
    more.textContent = detail;
    box.append(" ", more);
  }
  return box;
}

function optionLine(option) {
  return line(option.text, option.detail);
}

function chosenLine(option) {
  return line(option.text);
}

function nothingLine() {
  const box = line(say("noMatches"));
  box.className = "no-results";
  return box;
}
