// The order list: tabs, cards of ten, and "View orders" for the next ten.
(() => {
  const API = "mtop.aliexpress.trade.buyer.order.list";
  const { make, pl, price, disagrees } = drawing;

  const firstOf = (data, tag) => data.data[byTag(data, tag)[0]];

  function tabs(root, header, current) {
    const nav = make("div", { class: "comet-tabs-nav", role: "tablist" });
    for (const { code, title } of header?.fields.statusTabList ?? []) {
      const active = code === current ? " comet-tabs-nav-item-active" : "";
      const open = () => { history.replaceState(null, "", `?tab=${code}`); show(root, code); };
      nav.append(make("div", { class: `comet-tabs-nav-item${active}`, role: "tab", onclick: open }, title));
    }
    return nav;
  }

  function header(order, labels) {
    const number = disagrees("number", order.orderId) ? String(BigInt(order.orderId) + 1n) : String(order.orderId);
    const status = disagrees("status", order.orderId) ? "Canceled" : order.statusText;
    const copy = make("span", { class: "order-item-header-right-copy" }, labels.copy);
    return make("div", { class: "order-item-header" },
      make("div", { class: "order-item-header-status", ...pl("order_item_header_status") },
        make("span", { class: "order-item-header-status-text" }, status)),
      make("div", { class: "order-item-header-right" },
        make("div", { class: "order-item-header-right-info", ...pl("order_item_header_info") },
          make("div", {}, `${order.orderDateTitle}: ${order.orderDateText}`),
          make("div", { style: "display: flex; align-items: center;" }, `${labels.order_ID}: ${number}`, copy)),
        make("span", { class: "order-item-header-line" }),
        make("a", { href: order.orderDetailUrl.replace(order.orderId, number), target: "_blank", ...pl("order_item_header_detail") },
          make("span", {}, order.orderDetailText), make("span", { class: "comet-icon comet-icon-arrowright " }))));
  }

  function store(order) {
    return make("div", { class: "order-item-store" },
      make("span", { class: "order-item-store-name", ...pl("order_item_store_name") },
        make("a", { href: order.storePageUrl, target: "_blank" }, make("span", {}, order.storeName)),
        make("span", { class: "comet-icon comet-icon-arrowright " })));
  }

  function picture(line) {
    return make("a", { href: line.itemDetailUrl },
      make("div", { class: "order-item-content-img", style: `background-image: url(${line.itemImgUrl});` }));
  }

  // A card tells title, SKU and price only where it has one line; several lines are pictures.
  function body(order) {
    const [line, ...others] = order.orderLines;
    if (others.length) return make("div", { class: "order-item-content-body" }, order.orderLines.map(picture));
    return make("div", { class: "order-item-content-body" }, picture(line),
      make("div", { class: "order-item-content-info" },
        make("div", { class: "order-item-content-info-name", ...pl("order_item_content_info_name") },
          make("a", {}, make("span", { title: line.itemTitle }, line.itemTitle))),
        make("div", { class: "order-item-content-info-sku" }, line.skuAttrs.map((one) => one.text).join(", ")),
        make("div", { class: "order-item-content-info-number" }, price(line.itemPriceText),
          make("span", { class: "order-item-content-info-number-quantity" }, `x${line.quantity}`)),
        make("div", { class: "order-item-content-info-tag" },
          make("span", { class: "order-item-tag" }, "Free returns"))));
  }

  const button = (order) => ({ href, text, displayType }) => {
    const style = `comet-btn ${displayType === "primary" ? "comet-btn-primary " : ""}comet-btn-block order-item-btn`;
    const onclick = text === told.acts.payNow ? () => acts.pay([String(order.orderId)]) : null;
    return href
      ? make("a", { href, class: style }, make("span", {}, text))
      : make("button", { type: "button", class: style, onclick }, make("span", {}, text));
  };

  function card(order, labels) {
    const refund = (order.exposeInfo?.itemList ?? []).flatMap((item) => item.detailList);
    return make("div", { class: "order-item" }, toPay.box(order, labels), header(order, labels), store(order),
      make("div", { class: "order-item-content" }, body(order),
        make("div", { class: "order-item-content-opt" },
          make("div", { class: "order-item-content-opt-price" },
            make("span", { class: "order-item-content-opt-price-total", ...pl("order_item_content_price_total") },
              make("span", {}, `${order.totalPriceTitle}:`), price(order.totalPriceText))),
          make("div", { class: "order-item-btns-wrap" },
            make("div", { class: "order-item-btns" }, order.buttons.map(button(order)))))),
      make("div", { class: "order-item-bottom-action" },
        make("div", { class: "expose-info" },
          refund.map((one) => make("div", { class: "expose-info-item" }, make("span", {}, one.title))))));
  }

  function nextQuestion(data, bodyKey, actionKey) {
    const body = structuredClone(data.data[bodyKey]);
    body.fields.pageIndex += 1;
    const both = [bodyKey, actionKey];
    const parts = {
      data: { [bodyKey]: body, [actionKey]: data.data[actionKey] },
      linkage: { common: data.linkage.common, input: both, request: both, signature: data.linkage.signature },
      hierarchy: data.hierarchy,
      endpoint: data.endpoint,
    };
    const texts = Object.entries(parts).map(([name, value]) => [name, JSON.stringify(value)]);
    return { params: JSON.stringify({ ...Object.fromEntries(texts), operator: bodyKey }), ...COMMON };
  }

  const COMMON = { clientPlatform: "pc", timeZone: "GMT+0000", shipToCountry: "US", _lang: told.language };

  function cards(data, labels) {
    const bodyKey = byTag(data, "pc_om_list_body")[0];
    return (data.hierarchy.structure[bodyKey] ?? []).filter((key) => data.data[key])
      .map((key) => card(data.data[key].fields, labels));
  }

  function more(content, group, data, labels) {
    const bodyKey = byTag(data, "pc_om_list_body")[0];
    const actionKey = byTag(data, "pc_om_list_header_action")[0];
    if (!bodyKey || !data.data[bodyKey].fields.hasMore) return;
    const box = make("div", { class: "order-more", ...pl("order_more") });
    const press = async () => {
      box.firstChild.disabled = true;
      const next = await mtop(API, nextQuestion(data, bodyKey, actionKey), "post");
      box.remove();
      group.append(...cards(next, labels));
      more(content, group, next, labels);
    };
    box.append(make("button", { type: "button", class: "comet-btn comet-btn-large comet-btn-borderless", onclick: press },
      make("span", {}, data.data[bodyKey].fields.hasMoreText)));
    content.append(box);
  }

  async function show(root, tab) {
    const data = await mtop(API, { statusTab: tab, renderType: "init", ...COMMON }, "jsonp");
    const labels = firstOf(data, "pc_om_list_page")?.fields.i18n ?? { order_ID: "Ref. Number", copy: "Copy" };
    const drawn = cards(data, labels);
    const group = make("div", { class: "comet-checkbox-group" }, drawn.length ? drawn : "No orders yet");
    const content = make("div", { class: "order-content" }, group);
    const limit = firstOf(data, "pc_om_list_body")?.fields.mergePayLimit;
    root.replaceChildren(tabs(root, firstOf(data, "pc_om_list_header"), tab), content, ...toPay.bar(tab, group, limit));
    more(content, group, data, labels);
  }

  drawing.page((root) => show(root, new URLSearchParams(location.search).get("tab") ?? "all"));
})();
