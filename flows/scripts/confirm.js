// Reads the confirm page in one go. `css` holds, by name, the places to look in order of preference.
// The guard's listener uses the same functions, so that at the press it sees what the reader saw.
const dropferryConfirm = (css) => {
  const all = (name, root = document) => {
    for (const selector of css[name]) {
      const found = [...root.querySelectorAll(selector)];
      if (found.length) return found;
    }
    return [];
  };
  // Of payment and button no place is left out: one that is wrong must not hide another.
  const every = (name) => [...new Set(css[name].flatMap((selector) => [...document.querySelectorAll(selector)]))];
  const tidy = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const glued = (element) => tidy(element.matches("input, select") ? element.value : element.textContent);
  // Text nodes with a blank between them, without the parts that `leave` names.
  const spaced = (element, leave) => {
    const left = leave.flatMap((name) => all(name, element));
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    const texts = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!left.some((one) => one.contains(node)) && !parent.closest("script, style")) texts.push(node.data);
    }
    return tidy(texts.join(" "));
  };
  const unique = (texts) => [...new Set(texts.filter(Boolean))];
  const named = (element) => {
    const picture = element.querySelector("img[alt]");
    return glued(element) || tidy(picture?.alt);
  };
  const payment = () => {
    const boxes = every("payment");
    const titles = every("payment_chosen");
    const checked = every("payment_option").filter((one) => one.querySelector("input:checked"));
    const filled = (box) => tidy(box.textContent) || box.querySelector("img, svg, input, button, iframe");
    return {
      present: boxes.some(filled) || titles.length > 0,
      drawn: boxes.length + titles.length > 0,
      chosen: unique([...titles, ...checked].map(named)),
    };
  };
  const line = (root) => ({
    title: all("line_title", root).map(glued)[0] ?? "",
    sku: all("line_sku", root).map(glued)[0] ?? "",
    quantity: all("line_quantity", root).map(glued)[0] ?? "",
    link: all("line_link", root).map((one) => one.getAttribute("href"))[0] ?? "",
  });
  // What must not change any more once the quote was read.
  const terms = () => {
    const { present, chosen } = payment();
    return {
      button: unique(all("button").map(glued)),
      method: chosen,
      present,
      total: unique(all("total").map(glued)),
      recipient: all("address").map((one) => spaced(one, ["address_change", "address_new"]))[0] ?? "",
      lines: all("line").map(line),
    };
  };
  const row = (root) => ({
    title: all("row_title", root).map(glued)[0] ?? "",
    value: all("row_value", root).map(glued)[0] ?? "",
  });
  const look = () => ({
    ...terms(),
    here: all("root").length > 0,
    paymentDrawn: payment().drawn,
    ships: all("ship").map((one) => spaced(one, [])),
    rows: all("row").map(row),
    notices: unique(every("notice").map((one) => spaced(one, []))),
  });
  return { all, terms, look };
};
