// What people see at /: it calls the same API as everybody else, and puts what it gets into the document as text only.

const part = (id) => document.getElementById(id);

const state = { links: {}, note: null, tag: null, cursor: null, query: "", inTrash: new Map() };

/// What of a note the list shows, and what the editor needs of one in the trash, which has no address of its own.
const LISTED = "id,title,tags,pinned,updated_at";
const EDITED = `${LISTED},body,archived,deleted_at,version`;

class Refused extends Error {
  constructor(status, problem, tag) {
    super(problem.detail || problem.title || `The server answered ${status}`);
    this.status = status;
    this.errors = problem.errors || [];
    this.tag = tag;
  }
}

function say(text) {
  part("status").textContent = text;
}

async function call(method, address, { body, tag, type = "application/json" } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = type;
  if (tag) headers["If-Match"] = tag;
  const answer = await fetch(address, {
    method,
    headers,
    credentials: "same-origin",
    cache: "no-store",
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get("Content-Type") || "");
  const value = isJson && text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Refused(answer.status, value, answer.headers.get("ETag"));
  return { value, tag: answer.headers.get("ETag") };
}

const noteAddress = (id) => `${state.links.notes}/${encodeURIComponent(id)}`;

/// Runs what a person asked for; what goes wrong is said where they look.
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return showLogIn();
    say(error instanceof Refused ? error.message : "The server cannot be reached. Please try again.");
  }
}

// --- Who is there

function showLogIn() {
  part("notes").hidden = true;
  part("account").hidden = true;
  part("log-in").hidden = false;
  part("email").focus();
}

async function showAccount() {
  if (!state.links.session) return;
  try {
    const { value } = await call("GET", state.links.session);
    part("who").textContent = value.user.display_name || value.user.email;
    part("account").hidden = !value.expires_at; // on an open server nobody has logged in
  } catch (error) {
    if (!(error instanceof Refused)) throw error; // the notes are there all the same
  }
}

async function logIn(event) {
  event.preventDefault();
  const password = part("password");
  try {
    await call("POST", state.links.session, { body: { email: part("email").value, password: password.value } });
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 401) throw error;
    password.focus();
    return say("The e-mail address and the password do not belong together.");
  } finally {
    password.value = "";
  }
  say("");
  await begin();
}

async function logOut() {
  await call("DELETE", state.links.session);
  part("list").replaceChildren();
  closeEditor();
  showLogIn();
}

// --- The list

function listAddress() {
  const parameters = new URLSearchParams();
  const trashed = part("trashed").checked;
  if (state.cursor) parameters.set("cursor", state.cursor);
  parameters.set("fields", trashed ? EDITED : LISTED);
  if (trashed) parameters.set("trashed", "true");
  if (state.query) {
    parameters.set("q", state.query);
    return `${state.links.search}?${parameters}`;
  }
  parameters.set("sort", "-updated_at");
  return `${state.links.notes}?${parameters}`;
}

/// Text in segments, of which some are what was searched for.
function marked(segments) {
  return segments.map((segment) => {
    const element = document.createElement(segment.match ? "mark" : "span");
    element.textContent = segment.text;
    return element;
  });
}

/// A note of the list, or one that was found: with segments of its title and body.
function listItem(entry) {
  const note = entry.note || entry;
  if (note.deleted_at) state.inTrash.set(note.id, note);
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.id = note.id;
  if (note.pinned) button.append("📌 ");
  if (entry.note) button.append(...marked(entry.title));
  else button.append(note.title);
  const more = document.createElement("small");
  more.textContent = [new Date(note.updated_at).toLocaleString(), ...(note.tags || [])].join(" · ");
  button.append(more);
  if (entry.note && entry.excerpt.length > 0) {
    const excerpt = document.createElement("small");
    excerpt.append(...marked(entry.excerpt));
    button.append(excerpt);
  }
  button.addEventListener("click", () => attempt(() => open(note.id)));
  item.append(button);
  return item;
}

async function list({ from = null } = {}) {
  state.cursor = from;
  const { value } = await call("GET", listAddress());
  const items = value.items.map(listItem);
  if (from) part("list").append(...items);
  else part("list").replaceChildren(...items);
  if (from && items.length > 0) items[0].firstChild.focus();
  state.cursor = value.next_cursor;
  part("more").hidden = !value.next_cursor;
  part("list-title").textContent =
    state.query ? "Found" : part("trashed").checked ? "Trash" : "All notes";
  part("empty").hidden = part("list").childElementCount > 0;
  part("empty").textContent = state.query ? "Nothing was found." : "There are no notes here.";
  markCurrent();
}

function markCurrent() {
  for (const button of part("list").querySelectorAll("button")) {
    button.setAttribute("aria-current", String(state.note !== null && button.dataset.id === state.note.id));
  }
}

// --- One note

function show(note, tag) {
  state.note = note;
  state.tag = tag;
  part("title").value = note.title;
  part("body").value = note.body;
  part("tags").value = note.tags.join(", ");
  part("pinned").checked = note.pinned;
  part("archived").checked = note.archived;
  const isNew = note.id === undefined;
  const inTrash = Boolean(note.deleted_at);
  part("editor-title").textContent = isNew ? "New note" : "Note";
  part("trash").hidden = isNew || inTrash;
  part("restore").hidden = !inTrash;
  part("delete").hidden = !inTrash;
  part("save").hidden = inTrash;
  part("errors").replaceChildren();
  part("conflict").hidden = true;
  part("editor").hidden = false;
  markCurrent();
}

function closeEditor() {
  state.note = null;
  part("editor").hidden = true;
  markCurrent();
}

async function open(id) {
  const trashed = part("trashed").checked && state.inTrash.get(id);
  if (trashed) {
    show(trashed, `"${trashed.version}"`);
  } else {
    const { value, tag } = await call("GET", noteAddress(id));
    show(value, tag);
  }
  part("title").focus();
}

function draft() {
  const tags = part("tags").value.split(",").map((tag) => tag.trim()).filter((tag) => tag !== "");
  return {
    title: part("title").value,
    body: part("body").value,
    tags,
    pinned: part("pinned").checked,
    archived: part("archived").checked,
  };
}

async function showConflict(refused) {
  const { value, tag } = await call("GET", noteAddress(state.note.id));
  part("their-title").textContent = value.title;
  part("their-body").textContent = value.body;
  part("conflict").hidden = false;
  part("take-theirs").onclick = () => show(value, tag);
  part("keep-mine").onclick = () => {
    state.tag = tag || refused.tag;
    return attempt(save);
  };
  part("take-theirs").focus();
}

function showErrors(errors) {
  part("errors").replaceChildren(...errors.map((error) => {
    const item = document.createElement("li");
    item.textContent = `${error.pointer.replace(/^\//, "")}: ${error.detail}`;
    return item;
  }));
}

async function save() {
  const isNew = state.note.id === undefined;
  try {
    const { value, tag } = isNew
      ? await call("POST", state.links.notes, { body: draft() })
      : await call("PUT", noteAddress(state.note.id), { body: draft(), tag: state.tag });
    show(value, tag);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 412) return showConflict(error);
    if (error.status === 422) return showErrors(error.errors);
    throw error;
  }
  say("Saved.");
  await list();
}

async function change(method, address, done) {
  try {
    await call(method, address, { tag: state.tag });
  } catch (error) {
    if (error instanceof Refused && error.status === 412) return showConflict(error);
    throw error;
  }
  closeEditor();
  say(done);
  await list();
  part("new-note").focus();
}

// --- The page

async function begin() {
  const { value } = await call("GET", "/");
  state.links = value.links;
  part("search-form").hidden = !state.links.search;
  await list();
  part("log-in").hidden = true;
  part("notes").hidden = false;
  await showAccount();
}

function on(id, event, action) {
  part(id).addEventListener(event, (occurrence) => attempt(() => action(occurrence)));
}

on("log-in-form", "submit", logIn);
on("log-out", "click", logOut);
on("new-note", "click", () => {
  show({ title: "", body: "", tags: [], pinned: false, archived: false }, null);
  part("title").focus();
});
on("trashed", "change", () => {
  closeEditor();
  say("");
  return list();
});
on("more", "click", () => list({ from: state.cursor }));
on("search-form", "submit", (event) => {
  event.preventDefault();
  state.query = part("search").value.trim();
  say("");
  return list();
});
on("editor-form", "submit", (event) => {
  event.preventDefault();
  return save();
});
on("trash", "click", () => change("DELETE", noteAddress(state.note.id), "Moved to the trash."));
on("restore", "click", () => change("POST", `${noteAddress(state.note.id)}/restore`, "Taken out of the trash."));
on("delete", "click", () => change("DELETE", `${noteAddress(state.note.id)}?permanent=true`, "Deleted for good."));
on("close", "click", () => {
  closeEditor();
  part("new-note").focus();
});

attempt(begin);
