// What the pages of buying share: the way to the confirm page, the visit's pixel, the weight of pictures and a font.
(() => {
  const { make } = drawing;

  function cookie(name) {
    const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
    return found ? found.slice(name.length + 1) : "";
  }

  function confirmUrl(objectId, skuId, skuAttr, quantity, way) {
    const parts = {
      objectId, from: "aliexpress", countryCode: way.shipToCode, shippingCompany: way.deliveryProviderCode ?? "", provinceCode: "",
      cityCode: "", promiseId: "", aeOrderFrom: "main_detail", skuAttr, skuId, skucustomAttr: "null", quantity,
    };
    return `${told.www}/p/trade/confirm.html?${Object.entries(parts).map(([name, one]) => `${name}=${encodeURIComponent(one)}`).join("&")}`;
  }

  // A tab remembers which item page it has loaded: the confirm page asks for it.
  const keepTicket = () => sessionStorage.setItem("pdp", told.ticket);
  function takeTicket() {
    const kept = sessionStorage.getItem("pdp") ?? "";
    sessionStorage.removeItem("pdp");
    return kept;
  }

  function countVisit(page) {
    new Image().src = `/v.gif?ev=pv&page=${page}&t=${Date.now()}`;
  }

  const gallery = (pictures) => make("div", { class: "slider--wrap--Pz2hQ" },
    pictures.map((src) => make("img", { src, width: "160", height: "120", alt: "" })));

  window.shop = { cookie, confirmUrl, keepTicket, takeTicket, countVisit, gallery };
})();
