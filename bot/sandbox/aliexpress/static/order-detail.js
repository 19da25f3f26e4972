// The page of one order.
(() => {
  const API = "mtop.aliexpress.trade.buyer.order.detail";
  const { make, price, disagrees } = drawing;
  const number = new URLSearchParams(location.search).get("orderId");

  const fields = (data, tag) => data.data[byTag(data, tag)[0]]?.fields;

  function status(block) {
    const text = disagrees("status", number) ? "Canceled" : block.title;
    const buttons = block.buttonVOList.map(({ text: label, href }) =>
      make(href ? "a" : "button", { class: "comet-btn order-block-btn", href, onclick: deeds[label] ?? null }, make("span", {}, label)));
    buttons.filter((one) => one.textContent === told.acts.cancel).forEach(comeLate);
    return make("div", { class: "order-status" },
      make("div", { class: "order-block-title order-status-title" }, text),
      make("div", { class: "order-status-content" }, block.reminder), buttons);
  }

  const deeds = { [told.acts.payNow]: () => acts.pay([number]), [told.acts.cancel]: () => acts.cancel(number) };

  // "Cancel" shows later than the rest of the page.
  function comeLate(button) {
    button.hidden = true;
    setTimeout(() => { button.hidden = false; }, told.cancelMs);
  }

  function row(title, value) {
    return value ? make("div", { class: "info-row" }, make("span", {}, `${title}: `), make("span", {}, value)) : null;
  }

  function order(info) {
    const shown = disagrees("number", number) ? String(info.tradeOrderId + 1) : String(info.tradeOrderId);
    const to = info.addressVO;
    return make("div", { class: "order-detail-info" },
      make("div", { class: "order-detail-info-item order-detail-order-info" },
        make("div", { class: "order-detail-info-content" },
          row(info.orderIdTitle, shown),
          row(info.orderCreatTimeTile, info.orderCreatTime),
          row(info.payTimeTitle, info.payTime),
          row(info.orderShipTimeTile, info.orderShipTime),
          row(info.orderEndTimeTile, info.orderEndTime),
          row(info.paymentMethodTitle, info.paymentMethod))),
      make("div", { class: "order-detail-info-item" },
        make("div", { class: "order-detail-info-content" },
          make("div", { class: "contact-info" },
            make("div", {}, to.contactName), make("div", {}, to.fullPhoneNo),
            make("div", {}, to.detailAddress), to.detailAddress2 ? make("div", {}, to.detailAddress2) : null,
            make("div", {}, to.regionAddress), make("div", {}, to.postCode)))));
  }

  function product(line) {
    return make("div", { class: "order-detail-item-content" },
      make("div", { class: "order-detail-item-content-wrap" },
        make("div", { class: "item-title" }, make("a", { href: line.itemDetailUrl }, line.itemTitle)),
        make("div", { class: "item-sku-attr" }, line.skuAttrs.map((one) => one.text).join(", ")),
        make("div", { class: "item-price" }, price(line.itemPriceText),
          make("span", { class: "item-price-quantity" }, `x${line.quantity}`))));
  }

  function products(block, packages) {
    const numbers = (packages?.packageInfoList ?? []).map((one) =>
      make("div", { class: "order-detail-item-track-info-title" }, one.trackingNumber));
    return make("div", { class: "order-detail-item" },
      make("div", { class: "order-detail-item-store" },
        make("a", { href: block.sellerVO.storeUrl }, make("span", { class: "store-name" }, block.sellerVO.sellerName))),
      numbers, block.productVOList.map(product));
  }

  function prices(block) {
    const rows = make("div", { class: "order-price-rows" });
    const folded = block.priceDetails.map(({ title, value, hide }) =>
      make("div", { class: `order-price-item${hide ? " folded" : ""}` },
        make("span", { class: "left-col" }, title), make("span", { class: "right-col" }, value)));
    const unfold = () => folded.forEach((one) => one.classList.remove("folded"));
    rows.append(...folded, make("span", { class: "switch-icon", onclick: unfold }, "▾"));
    const { title, value } = block.totalPrice;
    return make("div", { class: "order-price" }, rows,
      make("div", { class: "order-price-item" },
        make("span", { class: "left-col" }, title), make("span", { class: "right-col" }, price(value))));
  }

  drawing.page(async (root) => {
    const question = { tradeOrderId: number, clientPlatform: "pc", timeZone: "GMT+0000", channel: "tracking" };
    const data = await mtop(API, question, "get");
    const parts = [
      [status, fields(data, "detail_order_status_block")],
      [order, fields(data, "detail_simple_order_info_component")],
      [products, fields(data, "detail_product_block"), fields(data, "detail_logistic_package_block")],
      [prices, fields(data, "detail_order_price_block")],
    ];
    for (const [draw, block, more] of parts) if (block) root.append(draw(block, more));
  });
})();
