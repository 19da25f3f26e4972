// The confirm page: what is bought, where it goes, what it costs, and the button.
(() => {
  const RENDER = "mtop.aliexpress.checkout.renderorder";
  const ADJUST = "mtop.aliexpress.checkout.adjustorder";
  const { make } = drawing;
  let drawnAt = 0;

  const allOf = (data, tag) => byTag(data, tag).map((key) => data.data[key].fields);

  function wrap(main, side) {
    return make("div", { id: "container" }, make("div", { class: "placeorder-wrap large", style: "padding-bottom: 0px;" },
      make("div", { id: "placeorder_wrap__inner" }, make("div", { class: "pl-place-order-container large" },
        make("div", { class: "pl-main-container large" }, main), make("div", { class: "pl-side-container large" }, side)))));
  }

  function lines(data, adjust) {
    const shops = allOf(data, "checkout_shop_title");
    const products = allOf(data, "pc_checkout_product");
    const shipping = allOf(data, "pc_checkout_shipping_option");
    return shops.map((shop) => make("div", { class: "pl-block-container large" }, make("div", { class: "group-shop--title--2kX9a" }, shop.title),
      products.flatMap((fields, place) =>
        (shop.signatures.includes(fields.signature) ? [parts.product(place, fields, shipping[place], adjust)] : []))));
  }

  function refused(error) {
    const [, text] = error.message.split("::");
    if (!text) throw error;
    document.getElementById("root").replaceChildren(make("div", { class: "comet-error" }, text));
  }

  async function adjust(operator, value, line = 0) {
    const { token } = press.state;
    await mtop(ADJUST, { token, operator, value: String(value), line: String(line) }, "post").then(draw, refused);
  }

  // Rows come first; tax and the total that counts follow.
  function settle(total, summary, rows, data) {
    const turn = drawnAt;
    const { content } = allOf(data, "checkout_order_total")[0].priceList[0].content;
    const late = (act, share) => setTimeout(() => { if (turn === drawnAt) act(); }, told.totalMs * share);
    late(() => total.content.replaceChildren(parts.amount(rows[1].content.content)), 0.5);
    late(() => {
      summary.firstChild.append(...rows.slice(4).map((one) => parts.row(one.title.title, one.content.content)));
      total.content.replaceChildren(parts.amount(content));
      press.settled(total, data.global.redrawnTotal);
    }, 1);
  }

  function draw(data) {
    drawnAt += 1;
    const [where] = allOf(data, "pc_checkout_address");
    const [pay] = allOf(data, "pc_checkout_payment");
    const rows = allOf(data, "checkout_order_summary")[0].summaryLines;
    const summary = parts.summary(rows.slice(0, 4).map((one) => parts.row(one.title.title, one.content.content)));
    const total = parts.total(allOf(data, "checkout_order_total")[0].priceList[0].title.title, pay);
    const book = () => addressBook.open(where.addressId, (id) => adjust("address", id));
    const add = () => addressBook.add((id) => adjust("address", id));
    press.state = { token: data.global.checkoutToken, address: where.addressId, method: pay.chosenChannel?.code ?? "" };
    press.watch(total);
    document.getElementById("root").replaceChildren(wrap(
      [parts.address(where, book, add), parts.payment(pay), ...lines(data, adjust)],
      make("div", { class: "pl-block-container large" }, summary, total.box)));
    settle(total, summary, rows, data);
  }

  drawing.page(async () => {
    shop.countVisit("confirm");
    const asked = Object.fromEntries(new URLSearchParams(location.search));
    await mtop(RENDER, { ...asked, pdpBuyParams: shop.takeTicket(), _lang: told.language }, "post").then(draw, refused);
  });
})();
