// The product page of today: a shell that asks for everything and draws it.
(() => {
  const API = "mtop.aliexpress.pdp.pc.query";
  const { make } = drawing;
  const kind = (name) => `${name}--Kq3fZ1x`;
  const chosen = {};
  let result;

  const productId = location.pathname.match(/(\d+)\.html/)[1];
  const locale = new URLSearchParams(shop.cookie("aep_usuc_f").replaceAll('"', ""));

  function skuNow() {
    const path = result.SKU.skuProperties.map((axis) => `${axis.skuPropertyId}:${chosen[axis.skuPropertyId]}`).join(";");
    return result.SKU.skuPaths.find((one) => one.path === path);
  }

  function value(axis, one) {
    const on = chosen[axis.skuPropertyId] === one.propertyValueIdLong;
    const look = one.skuPropertyImagePath ? "sku-item--image" : "sku-item--text";
    const choose = () => { chosen[axis.skuPropertyId] = one.propertyValueIdLong; draw(); };
    const inside = one.skuPropertyImagePath
      ? make("img", { src: one.skuPropertyImagePath, alt: one.propertyValueDisplayName })
      : make("span", {}, one.propertyValueDisplayName);
    return make("div", {
      "data-sku-col": `${axis.skuPropertyId}-${one.propertyValueIdLong}`, title: one.propertyValueDisplayName,
      class: `${on ? `${kind("sku-item--selected")} ` : ""}${kind(look)}`, onclick: choose,
    }, inside);
  }

  function property(axis) {
    const shown = axis.skuPropertyValues.find((one) => one.propertyValueIdLong === chosen[axis.skuPropertyId]);
    return make("div", { class: kind("sku-item--property") },
      make("div", { class: kind("sku-item--title") }, make("span", {}, `${axis.skuPropertyName}: `, make("span", {}, shown?.propertyValueDisplayName ?? ""))),
      make("div", { class: kind("sku-item--box") }, axis.skuPropertyValues.map((one) => value(axis, one))));
  }

  function shipping() {
    const ways = (result.SHIPPING?.originalLayoutResultList ?? []).map((one) => one.bizData);
    return make("div", { class: kind("shipping--wrap") }, ways.map((way) => make("div", { class: kind("shipping--item") },
      way.unreachable ? "This product can't be shipped to your address"
        : `${way.deliveryProviderName}: ${way.shippingFee === "free" ? "Free shipping" : way.displayAmount} (${way.deliveryDayMin}-${way.deliveryDayMax} days)`)));
  }

  function buy(sku, quantity) {
    const way = result.SHIPPING.originalLayoutResultList[0].bizData;
    location.href = shop.confirmUrl(result.GLOBAL_DATA.globalData.productId, sku.skuIdStr, sku.skuAttr, quantity, way);
  }

  function purchase(sku) {
    if (!sku) return [];
    const prices = result.PRICE.skuPriceInfoMap[sku.skuIdStr];
    const input = make("input", { class: "comet-v2-input-number-input", value: "1" });
    const left = sku.skuVal.availQuantity;
    return [
      make("div", { class: `${kind("price--current")} pdp-comp-price-current` }, prices.salePriceString),
      make("div", { class: kind("quantity--picker") }, make("div", { class: "comet-v2-input-number" }, input)),
      make("div", { class: kind("quantity--info") }, left ? `${left} available` : "Sold out"),
      make("button", { type: "button", class: `comet-v2-btn ${kind("buy-now--buynow")}`, disabled: left ? null : "", onclick: () => buy(sku, input.value) }, "Buy now"),
      make("button", { type: "button", class: `comet-v2-btn ${kind("add-to-cart--addtocart")}` }, "Add to cart"),
    ];
  }

  function draw() {
    const sale = result.SKU
      ? [...result.SKU.skuProperties.map(property), shipping(), ...purchase(skuNow())]
      : make("div", { class: kind("message--text") }, "Sorry, this item is no longer available!");
    document.getElementById("root").replaceChildren(
      make("div", { class: "pdp-body" }, shop.gallery(result.HEADER_IMAGE_PC?.imagePathList ?? []),
        make("div", { class: "pdp-info-right" }, make("h1", { "data-pl": "product-title" }, result.PRODUCT_TITLE?.text ?? ""), sale)));
  }

  drawing.page(async () => {
    shop.countVisit("item");
    const data = await mtop(API, {
      productId, _lang: told.language, _currency: locale.get("c_tp") ?? "USD", country: locale.get("region") ?? "US",
      province: "", city: "", channel: "", pdp_ext_f: "", pdpNPI: "", sourceType: "", clientType: "pc", ext: told.ticket,
    }, "get");
    ({ result } = data);
    shop.keepTicket();
    const first = result.SKU?.skuPaths.find((one) => one.skuIdStr === result.SKU.selectedSkuIdStr);
    for (const part of first?.path.split(";") ?? []) {
      const [axis, id] = part.split(":");
      chosen[axis] = Number(id);
    }
    draw();
  });
})();
