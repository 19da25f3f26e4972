// The product page of 2023: its data stand in the page itself, as window.runParams.data.
(() => {
  const { make } = drawing;
  const { data } = window.runParams;
  const { skuPriceList } = data.priceComponent;
  const axes = data.skuComponent.productSKUPropertyList;
  const kind = (name) => `${name}--1oTmB`;
  let chosen = skuPriceList[0]?.skuPropIds.split(",") ?? [];

  function value(place, one) {
    const id = String(one.propertyValueIdLong);
    const on = chosen[place] === id ? ` ${kind("sku--selected")}` : "";
    const choose = () => { chosen = chosen.with(place, id); draw(); };
    return make("div", { class: `${kind("sku--item")}${on}`, title: one.propertyValueDisplayName, onclick: choose }, one.propertyValueDisplayName);
  }

  const property = (axis, place) => make("div", { class: kind("sku--wrap") },
    make("div", { class: kind("sku--title") }, `${axis.skuPropertyName}:`), axis.skuPropertyValues.map((one) => value(place, one)));

  function purchase(sku) {
    const { bizData } = data.webGeneralFreightCalculateComponent.originalLayoutResultList[0];
    const input = make("input", { class: "comet-input-number-input", value: "1" });
    const buy = () => { location.href = shop.confirmUrl(data.productInfoComponent.idStr, sku.skuIdStr, sku.skuAttr, input.value, bizData); };
    return [
      make("div", { class: `${kind("price--current")} product-price-current` }, sku.skuVal.skuActivityAmount.formatedAmount),
      make("div", { class: "comet-input-number" }, input),
      make("button", { type: "button", class: "comet-btn comet-btn-primary buynow", disabled: sku.salable ? null : "", onclick: buy }, "Buy Now"),
      make("button", { type: "button", class: "comet-btn addcart" }, "Add to Cart"),
    ];
  }

  function draw() {
    const sku = skuPriceList.find((one) => one.skuPropIds === chosen.join(","));
    const sale = data.itemStatusComponent.status === 0
      ? [axes.map(property), sku ? purchase(sku) : []].flat(2)
      : make("div", { class: kind("message--text") }, "Sorry, this item is no longer available!");
    document.getElementById("root").replaceChildren(make("div", { class: "pdp-body" }, shop.gallery(data.imageComponent.imagePathList),
      make("div", { class: "pdp-info-right" }, make("h1", { class: kind("title--wrap") }, data.productInfoComponent.subject), sale)));
  }

  drawing.page(async () => {
    shop.countVisit("item");
    shop.keepTicket();
    draw();
  });
})();
