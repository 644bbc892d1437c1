// The one script of every page. What only some pages need (map, pickers) is loaded when it is
// there. Most modules listen on the document, so a fragment swapped in by htmx just works.

import "htmx.org/dist/htmx.esm.js";

import { startCalendar } from "./page/calendar.js";
import { startConditions } from "./page/conditions.js";
import { startConfirm } from "./page/confirm.js";
import { startCopy } from "./page/copy.js";
import { startDrafts } from "./page/drafts.js";
import { startFilters } from "./page/filters.js";
import { startHelp } from "./page/help.js";
import { startKeyboard } from "./page/keyboard.js";
import { startMenus } from "./page/menus.js";
import { startNavigation } from "./page/navigation.js";
import { startPalette } from "./page/palette.js";
import { startPasskeys } from "./page/passkeys.js";
import { startRefused } from "./page/refused.js";
import { startRequests } from "./page/requests.js";
import { startRows } from "./page/rows.js";
import { startSending } from "./page/sending.js";
import { startTheme } from "./page/theme.js";
import { startTimes } from "./page/times.js";

// Before anything else: htmx sends nothing without the token and the question.
startRequests();
startConfirm();

startTheme();
startNavigation();
startMenus();
startCopy();
startFilters();
startHelp();
startPalette();
startKeyboard();
startRows();
startCalendar();
startSending();
startConditions();
startTimes();
startDrafts();
startPasskeys();
startRefused();

/** Load what the part of the page just shown asks for. */
async function furnish(root) {
  if (root.querySelector("[data-picker]")) {
    const { furnishPickers } = await import("./page/pickers.js");
    furnishPickers(root);
  }
  if (root.querySelector("[data-map]")) {
    const { furnishMaps } = await import("./map/map.js");
    furnishMaps(root);
  }
}

furnish(document);
document.addEventListener("htmx:afterSettle", (event) => furnish(event.target));
