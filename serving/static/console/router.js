// Places in the console: `#/customers/C00042?from=…`, so that links and the back button work.

/** A place: the first part of its path, the rest of it, and its query. */
export function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const [view, ...rest] = path.split("/");
  return {
    view,
    id: decoded(rest.join("/")),
    query: Object.fromEntries(new URLSearchParams(query ?? "")),
  };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Address of a place. */
export function href(view, id = "", query = {}) {
  const known = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  const path = id ? `${view}/${encodeURIComponent(id)}` : view;
  return `#/${path}${known.length ? `?${new URLSearchParams(known)}` : ""}`;
}

/** Calls `show` now and whenever the place changes; lists keep where they were scrolled to. */
export function follow(show) {
  history.scrollRestoration = "manual";
  let waiting = 0;
  addEventListener("scroll", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => history.replaceState({ scroll: scrollY }, ""), 100);
  });
  addEventListener("hashchange", () => {
    clearTimeout(waiting);
    show();
  });
  show();
}

/** Scrolls to where this place was left, or to its top. */
export function scrollBack() {
  scrollTo(0, history.state?.scroll ?? 0);
}
