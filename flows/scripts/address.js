// The address book of the confirm page and its form. `css` holds, by name, the places to look in order of preference.
const dropferryAddress = (css, words) => {
  const all = (name, root = document) => {
    for (const selector of css[name]) {
      const found = [...root.querySelectorAll(selector)];
      if (found.length) return found;
    }
    return [];
  };
  const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const plain = (text) => tidy(text).normalize("NFKC").toLowerCase();
  const isWord = (name, text) => words[name].some((word) => plain(word) === plain(text));
  const shown = (element) => element.getClientRects().length > 0;
  const press = (element) => {
    if (!element) return false;
    for (const type of ["mousedown", "mouseup"]) {
      element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, button: 0 }));
    }
    element.click();
    return true;
  };
  const texts = (element, leave) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (tidy(node.data) && !leave.some((one) => one.contains(node))) found.push(tidy(node.data));
    }
    return found;
  };

  const marks = (entry) => [...all("entry_default", entry), ...[...entry.querySelectorAll("*")].filter(
    (one) => !one.children.length && isWord("default", one.textContent))];
  const entries = () => all("entry").map((entry) => ({
    text: texts(entry, [...marks(entry), ...all("entry_edit", entry), ...all("entry_choose", entry),
      ...entry.querySelectorAll('button, [role="button"], [class*="delete"]')]).join(" "),
    isDefault: marks(entry).length > 0,
    isChosen: Boolean(entry.querySelector("input:checked")),
  }));
  const pressIn = (name, place) => press(all(name, all("entry")[place] ?? document.createElement("i"))[0]);

  const form = () => all("form")[0];
  const fieldsOf = (root) => {
    const search = new Set(all("search", root));
    const choices = new Set(all("choice", root));
    const inputs = (within) => [...within.querySelectorAll("input, textarea")]
      .filter((input) => !search.has(input) && !["checkbox", "radio", "hidden"].includes(input.type));
    // Without its own box a field may stand among others: their labels are not its label.
    const boxOf = (input) => input.closest(css.item.join(", "))
      ?? (inputs(input.parentElement).length === 1 ? input.parentElement : input);
    return inputs(root).map((input) => ({ input, item: boxOf(input), choice: choices.has(input) }));
  };
  const field = ({ input, item, choice }) => {
    const errors = all("error", item).map((one) => tidy(one.textContent)).filter(Boolean);
    const label = texts(item, [...all("error", item), ...all("chosen", item), input]).join(" ");
    const value = choice && all("chosen", item).length ? tidy(all("chosen", item)[0].textContent) : input.value;
    return { label: label || input.placeholder || input.getAttribute("aria-label") || "", value, choice, errors };
  };
  const manual = () => all("manual", form()).find((one) => !one.children.length && isWord("manual", one.textContent))
    ?? all("manual", form()).find((one) => isWord("manual", one.textContent));
  const look = () => {
    const root = form();
    return root && {
      fields: fieldsOf(root).map(field),
      canOpen: Boolean(manual()),
      isDefault: all("switch_on", root).length > 0 || all("switch_box", root).some((one) => one.checked),
    };
  };
  const setter = (input) => Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value").set;
  const type = (place, value) => {
    const { input } = fieldsOf(form())[place];
    input.focus();
    setter(input).call(input, value);
    for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
    input.blur();
  };
  const lists = () => all("list").filter(shown);
  const options = () => lists().slice(0, 1).flatMap((list) => all("option", list))
    .map((one) => tidy(one.getAttribute("title") || one.textContent));

  return {
    look,
    options,
    state: () => ({ form: look() ?? null, options: options(), entries: entries() }),
    isOpen: () => all("book").length > 0 || Boolean(form()),
    canChange: () => all("address_change").length > 0,
    change: () => press(all("address_change").map((one) => one.querySelector("button, a") ?? one)[0]),
    addFirst: () => press(all("address_new")[0]),
    choose: (place) => pressIn("entry_choose", place),
    edit: (place) => pressIn("entry_edit", place),
    add: () => press(all("entry_add")[0]),
    close: () => press(all("close")[0]),
    openFields: () => press(manual()),
    fill: (values) => {
      values.forEach(([place, value]) => type(place, value));
      return true;
    },
    open: (place) => {
      const { input, item } = fieldsOf(form())[place];
      return press(all("opener", item)[0] ?? input);
    },
    take: (place) => press(lists().slice(0, 1).flatMap((list) => all("option", list))[place]),
    notDefault: () => press(all("switch_on", form())[0] ?? all("switch_box", form()).find((one) => one.checked)),
    save: () => press(all("save")[0]),
  };
};
