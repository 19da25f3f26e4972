// The journey of every parcel of one order.
(() => {
  const API = "mtop.ae.ld.querydetail";
  const { make, disagrees } = drawing;
  const number = new URLSearchParams(location.search).get("tradeOrderId");
  const part = (name) => `logistic-info-v2--${name}--3kQz1`;

  function node(scan) {
    return make("div", { class: part("node") },
      make("div", { class: part("nodeTitle") }, scan.trackingName),
      make("div", { class: part("nodeDesc") }, scan.trackingDetailDesc),
      scan.timeText ? make("div", { class: part("nodeTime") }, scan.timeText) : null);
  }

  function arrival(eta) {
    if (!eta?.etaTitleRichText) return null;
    const text = new DOMParser().parseFromString(eta.etaTitleRichText, "text/html").body.textContent;
    return make("div", { class: "arrival-time-v2--title--1hTqW" }, text);
  }

  function receiver(to) {
    return make("div", { class: part("shippingToInfo") }, [to.contactName, to.address, to.city, to.country].join(", "));
  }

  function parcel(one) {
    const shown = disagrees("tracking", number) ? "ZZ000000000ZZ" : one.mailNo || one.originMailNo;
    return make("div", { class: part("wrap") },
      make("div", { class: part("mailNo") }, make("span", { class: part("mailNoTitle") }, "Tracking number"),
        make("span", { class: part("mailNoValue") }, shown)),
      make("div", { class: part("carrier") }, make("span", { class: part("carrierTitle") }, "Carrier"),
        make("span", { class: part("carrierValue") }, one.logisticsCpInfo?.cpName ?? one.logisticsCarrierName)),
      make("div", { class: part("nodes") }, one.detailList.map(node)));
  }

  drawing.page(async (root) => {
    const question = {
      tradeOrderId: number, terminalType: "PC", needPageDisplayInfo: true, timeZone: "GMT+0000",
      _lang: told.language, _currency: "USD",
    };
    const { module } = await mtop(API, question, "get");
    const parcels = module.trackingDetailLineList ?? [];
    for (const one of parcels) root.append(make("div", { class: "tracking-module" }, arrival(one.etaInfo), parcel(one)));
    if (!parcels.length) root.append(make("div", { class: part("empty") }, "Logistics information has not been updated yet."));
    if (module.logisticsReceiverInfo) root.append(receiver(module.logisticsReceiverInfo));
  });
})();
