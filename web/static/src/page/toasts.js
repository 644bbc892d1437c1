// Short announcements at the edge of the page; screen readers hear them.

const SHOWN_MILLISECONDS = 8000;

export function toast(text, tone = "info") {
  const place = document.getElementById("toasts");
  if (!place) return;
  const line = document.createElement("p");
  line.className = `toast-line toast-${tone}`;
  line.textContent = text;
  for (const older of place.children) {
    if (older.textContent === text) older.remove();
  }
  place.append(line);
  // What went wrong stays until it is clicked away; what went well goes by itself.
  line.addEventListener("click", () => line.remove());
  if (tone !== "bad") setTimeout(() => line.remove(), SHOWN_MILLISECONDS);
}
