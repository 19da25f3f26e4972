// The drawn page as a tree that needs no script: what was typed, ticked and chosen stands in attributes, what is not
// displayed is marked `hidden`, shadow roots become templates. A node is a text, or [tag, attributes, marks, children].
// `places` holds, by mark, lists of selectors: of a list the first that is anywhere in the page counts; with `every`
// all do. Changes nothing in the page.
const dropferryDrawn = ({ places, every }) => {
  const LEFT_OUT = new Set([
    "script", "style", "link", "meta", "noscript", "base", "object", "embed", "source", "track", "template", "title",
  ]);
  const EMPTY = new Set(["svg", "canvas", "video", "audio", "picture", "math"]);
  const UNDRAWN = new Set(["option", "optgroup", "datalist", "area", "param", "br", "wbr"]);
  const marks = new Map();
  const matched = {};
  const roots = [document];
  const frames = [...document.querySelectorAll("iframe, frame")];

  const open = (element) => element.shadowRoot; // a closed one is nobody's business
  const collect = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (!open(element)) continue;
      roots.push(element.shadowRoot);
      collect(element.shadowRoot);
    }
  };
  collect(document);
  const find = (selector) => {
    try {
      return roots.flatMap((root) => [...root.querySelectorAll(selector)]);
    } catch {
      return [];
    }
  };
  const mark = (name, elements) => {
    for (const element of elements) marks.set(element, [...(marks.get(element) ?? []), name]);
  };
  for (const [name, selectors] of Object.entries(places)) {
    const place = selectors.findIndex((selector) => find(selector).length);
    if (place < 0) continue;
    matched[name] = place;
    mark(name, find(selectors[place]));
  }
  for (const [name, selectors] of Object.entries(every)) mark(name, [...new Set(selectors.flatMap(find))]);

  const attributesOf = (element, tag) => {
    const found = {};
    for (const { name, value } of element.attributes) {
      if (!name.startsWith("on") && name !== "style" && name !== "hidden") found[name] = value;
    }
    if (element.hasAttribute("hidden")) found.hidden = "";
    if (tag === "input") {
      if (["checkbox", "radio"].includes(element.type)) {
        delete found.checked;
        if (element.checked) found.checked = "";
      } else if (element.type === "password" || element.type === "file") delete found.value;
      else found.value = element.value;
    }
    if (tag === "option") {
      delete found.selected;
      if (element.selected) found.selected = "";
    }
    return found;
  };
  const childrenOf = (node) => [...node.childNodes].flatMap(walk);
  const inside = (element, tag) => {
    if (EMPTY.has(tag)) return [];
    if (tag === "textarea") return [element.value];
    if (tag === "slot") return childrenOf(element);
    const shadow = open(element) ? [["template", { shadowrootmode: "open" }, [], childrenOf(element.shadowRoot)]] : [];
    return [...shadow, ...childrenOf(element)];
  };
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return [node.data];
    if (node.nodeType !== Node.ELEMENT_NODE) return [];
    const tag = node.localName;
    if (LEFT_OUT.has(tag)) return [];
    const attributes = attributesOf(node, tag);
    if (!UNDRAWN.has(tag) && getComputedStyle(node).display === "none") attributes.hidden = "";
    if (frames.includes(node)) attributes.frame = String(frames.indexOf(node));
    return [[tag, attributes, marks.get(node) ?? [], inside(node, tag)]];
  };
  const kept = (look) => {
    try {
      return JSON.parse(JSON.stringify(look() ?? null));
    } catch {
      return null;
    }
  };
  return {
    language: document.documentElement.lang || "",
    title: document.title,
    matched,
    tree: document.body ? walk(document.body)[0] : ["body", {}, [], []],
    embedded: {
      "window._d_c_.lifeCycleEventList[0].data": kept(() => window._d_c_.lifeCycleEventList[0].data),
      "window.runParams.data": kept(() => window.runParams.data),
    },
  };
};
