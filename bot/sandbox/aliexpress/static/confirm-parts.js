// The blocks of the confirm page (aliexpress.md 12).
(() => {
  const { make, price } = drawing;
  const kind = (name) => `${name}--2kX9a`;

  function address(fields, change, add) {
    if (!fields.addressId) {
      return make("div", { class: "pl-block-container large" },
        make("div", { class: "pl-address-item-container large", "data-pl": "pl-address" },
          make("div", { class: "pl-address-item__new-btn-wrap" },
            make("button", { type: "button", class: "pl-address-item__new-btn", onclick: add }, fields.newText))));
    }
    const open = told.addressDesign === "form" ? make("button", { onclick: change }, fields.changeText) : make("a", { onclick: change }, fields.changeText);
    return make("div", { class: "pl-block-container large" },
      make("div", { class: "pl-address-item-container  large", "data-pl": "pl-address" },
        make("div", { class: "pl-address-item-title large", "data-pl": "pl-address-title" }, fields.title),
        make("div", { class: "pl-address-item-content-wrap large", "data-pl": "pl-address-detail" },
          make("div", { class: "telephoneNumber large" }, fields.fullPhoneNo),
          make("div", { class: "name large" }, fields.contactPerson),
          make("div", { class: "addressLine1 large" }, fields.detailAddress),
          make("div", { class: "addressLine2 large" }, fields.regionAddress),
          make("span", { class: "pl-address-item__arrrow large", "data-pl": "pl-address-change" }, open))));
  }

  function payment(fields) {
    const inner = make("div", { id: "placeorder-page-payment-container" });
    if (fields.title) {
      const chosen = fields.chosenChannel;
      inner.append(make("div", { "data-pl": "payment-method-title" }, fields.title),
        make("div", { class: kind("chosen-channel--chosen-channel-wrap") },
          chosen ? make("span", { class: kind("chosen-channel--chosen-channel-title") }, chosen.text) : null,
          make("button", { type: "button", class: "comet-btn comet-btn-link chosen-channel--chosen-channel-change-btn" },
            chosen ? fields.changeText : fields.chooseText)));
    }
    return make("div", { class: "placeorder-page-payment-container" }, inner);
  }

  function services(place, shipping, adjust) {
    const pick = (one) => () => adjust("shipping", one.serviceName, place);
    return make("div", { class: kind("group-ship-options--panel") }, shipping.freightServices.map((one) =>
      make("div", { class: kind("group-ship-options--option"), onclick: pick(one) }, `${one.serviceTitle}: ${one.freightCost}`)));
  }

  function ship(place, shipping, adjust) {
    const box = make("div", { class: kind("group-ship-options--wrapper") });
    const selected = shipping.selectedFreightService;
    if (!selected) {
      box.append(make("div", { class: kind("group-ship-options--unreachable") }, shipping.unreachableText));
      return box;
    }
    const open = () => box.append(services(place, shipping, adjust));
    box.append(make("div", { class: kind("group-ship-options--title"), onclick: open }, selected.serviceTitle),
      make("div", { class: kind("group-ship-options--cost") }, selected.freightCost),
      make("div", { class: kind("group-ship-options--desc") }, selected.deliveryTime));
    return box;
  }

  function quantity(place, { current, max, min }, adjust) {
    const step = (by) => () => { if (current + by >= min && current + by <= max) adjust("quantity", current + by, place); };
    const input = make("input", { class: "comet-input-number-input", value: String(current) });
    input.addEventListener("change", () => adjust("quantity", input.value, place));
    return make("div", { class: "comet-input-number" },
      make("div", { class: "comet-input-number-btn", onclick: step(-1) }, "-"), input,
      make("div", { class: "comet-input-number-btn", onclick: step(1) }, "+"));
  }

  function product(place, fields, shipping, adjust) {
    const { formatedAmount } = fields.prices.children.retailPrice;
    return make("div", { class: kind("group-product--wrapper") },
      make("img", { class: kind("group-product--img"), src: fields.img, width: "80", height: "60", alt: "" }),
      make("a", { class: kind("group-product--title"), href: fields.itemUrl, target: "_blank" }, fields.title),
      make("div", { class: kind("group-product--sku") }, fields.sku.skuInfo),
      make("div", { class: kind("group-product--price") }, price(formatedAmount)),
      quantity(place, fields.quantity, adjust), ship(place, shipping, adjust));
  }

  function row(title, text) {
    const head = text ? "" : " font-size: 14px; font-weight: 700;";
    return make("div", { class: "pl-summary__item-pc large" },
      make("div", { class: "pl-summary__item-title-pc" },
        make("div", { class: "pl-summary__item-title__main", "data-pl": "pl-summary-title" },
          make("span", { style: `color: rgb(34, 34, 34);${head}` }, title))),
      make("div", { class: "pl-summary__item-content-pc", "data-pl": "pl-summary-content" }, make("div", {}, text)),
      // The row of the codes opens; the mark that says so is an icon.
      text && !/\d/.test(text) ? make("span", { class: "pl-summary__item-arrow-pc" }, make("span", { class: "comet-icon comet-icon-arrowdown" })) : null);
  }

  const summary = (rows) => make("div", { class: "pl-summary-container", "data-pl": "pl-summary-container" },
    make("div", { class: "pl-summary__items" }, rows));

  function amount(text) {
    const sign = text.match(/^[^\d]+/)?.[0] ?? "";
    const letters = [sign, ...text.slice(sign.length)].filter(Boolean);
    const spans = letters.map((one) => make("span", { class: "es--char--RqgnKC9" }, one));
    if (sign) spans.splice(1, 0, make("span", { class: "es--space2--2e8NoKU" }));
    return make("div", { class: "es--wrap--1Hlfkoj notranslate", style: "color: rgb(34, 34, 34); font-size: 20px;" }, spans);
  }

  function total(title, payFields) {
    const today = told.design !== "2022";
    const style = `comet-btn comet-btn-primary comet-btn-large${today ? " comet-btn-block place-order-primary-btn" : ""}`;
    const text = make("span", {}, payFields.buttonText);
    const button = make("button", { type: "button", class: style }, text);
    const content = make("span", { class: "pl-order-toal-container__item-content" });
    const box = make("div", { class: "pl-wrap-container large" },
      make("div", { class: "pl-order-toal-container" },
        make("div", { class: "pl-order-toal-container__inner large" },
          make("div", { class: "pl-order-toal-container__item" },
            make("span", { class: "pl-order-toal-container__item-title-wrap" }, title), content),
          make("div", { class: "pl-order-toal-container__btn-box" }, button))),
      make("div", { class: "pl-text-container-pc" }, payFields.agreement));
    return { box, button, text, content };
  }

  window.parts = { address, payment, product, row, summary, amount, total };
})();
