// The button of the confirm page: how a press sends its order call, and what may change before or during it.
(() => {
  const API = "mtop.aliexpress.checkout.placeorder";
  const { make } = drawing;
  const redrawn = new Set();
  let asking = false;

  function toast(text) {
    document.body.append(make("div", { class: "comet-toast", role: "alert" }, text));
  }

  // Each press has a name; cookie and pixel carry it, so that it is known even where its calls were stopped.
  function note(name) {
    const before = shop.cookie("ae_presses");
    document.cookie = `ae_presses=${before ? `${before}.` : ""}${name}; domain=aliexpress.localhost; path=/`;
    new Image().src = `/v.gif?ev=click&press=${name}`;
  }

  const resultUrl = () => `${told.www}/p/second-payment/pay-result.html?pmntId=${press.state.token}`;
  const goOn = (ms = 0) => setTimeout(() => { location.href = resultUrl(); }, ms);

  const posted = (data, type = "originaljson") =>
    [mtop.address(API, data, type, { post: "1", isSec: "1", ecode: "1", needLogin: "true" }), new URLSearchParams({ data })];

  function submit(data, target) {
    const [action] = posted(data, "form");
    const form = make("form", { action, method: "post", target, style: "display: none" }, make("input", { name: "data", value: data }));
    document.body.append(form);
    form.submit();
  }

  function xhr(url, body) {
    return new Promise((resolve, reject) => {
      const call = new XMLHttpRequest();
      call.open("POST", url);
      call.withCredentials = true;
      call.onload = () => (call.status === 200 ? resolve(JSON.parse(call.responseText)) : reject(new Error(`${call.status}`)));
      call.onerror = () => reject(new Error("no answer"));
      call.send(body);
    });
  }

  function byWorker(url, body) {
    return new Promise((resolve, reject) => {
      const worker = new Worker("/assets/order-worker.js");
      worker.onmessage = ({ data }) => (data.answer ? resolve(data.answer) : reject(new Error("no answer")));
      worker.onerror = () => reject(new Error("no answer"));
      worker.postMessage({ url, body: String(body) });
    });
  }

  // Ways that give an answer return it; the others go on to the result by themselves.
  const WAYS = {
    fetch: async (data) => {
      const [url, body] = posted(data);
      return (await fetch(url, { method: "POST", credentials: "include", body })).json();
    },
    xhr: (data) => xhr(...posted(data)),
    jsonp: (data) => mtop.jsonp(API, data),
    worker: (data) => byWorker(...posted(data)),
    beacon: (data) => { navigator.sendBeacon(...posted(data)); goOn(300); },
    form: (data) => submit(data, "_self"),
    window: (data) => { submit(data, "_blank"); goOn(600); },
    iframe: (data) => {
      document.body.append(make("iframe", { name: "cashier", hidden: "" }));
      submit(data, "cashier");
      goOn(600);
    },
    socket: (data) => {
      const url = mtop.address(API, data, "originaljson", { data }).replace(/^http/, "ws");
      new WebSocket(url).onclose = () => goOn();
    },
  };

  async function send(data, again = true) {
    const answer = await WAYS[told.orderBy](data);
    if (!answer) return;
    const [code, text] = answer.ret[0].split("::");
    if (code.startsWith("FAIL_SYS_TOKEN_") && again) return void (await send(data, false));
    if (code === "SUCCESS") location.href = answer.data.payUrl;
    else if (code === "FAIL_SYS_SESSION_EXPIRED") location.href = `${told.login}/?return_url=${encodeURIComponent(location.href)}`;
    else if (code === "FAIL_SYS_USER_VALIDATE") drawing.humanCheck();
    else toast(text ?? code);
  }

  async function order() {
    const name = Math.random().toString(36).slice(2, 12);
    note(name);
    if (asking) return;
    if (!press.state.address) return void toast("Please add a shipping address");
    asking = true;
    const { token, method } = press.state;
    const data = JSON.stringify({ token, paymentMethod: method, press: name, redrawn: [...redrawn].join(",") });
    const calls = told.doubleClick ? [send(data), send(data)] : [send(data)];
    await Promise.all(calls).catch(() => toast("Oops! Something went wrong. Please refresh the page and try again."));
    asking = false;
  }

  const CHANGES = {
    total: (total, jumped) => total.content.replaceChildren(parts.amount(jumped)),
    button: (total) => { total.text.textContent = told.redrawButton; press.state.method = "CARD"; },
    method: () => {
      document.querySelector("[class*=chosen-channel-title]").textContent = "Visa **** 4242";
      press.state.method = "CARD";
    },
    quantity: () => { const input = document.querySelector(".comet-input-number-input"); input.value = Number(input.value) + 1; },
    recipient: () => { document.querySelector("[data-pl=pl-address-detail] .name").textContent = told.redrawName; },
  };

  function redraw(total, jumped) {
    if (redrawn.has(told.redraw)) return;
    redrawn.add(told.redraw);
    CHANGES[told.redraw](total, jumped);
  }

  // The pop-up comes with the total, over the button.
  function popUp(total) {
    const cover = make("div", { class: "button-popup" });
    cover.append("Take a coupon! ", make("button", { type: "button", "aria-label": "Close", onclick: () => cover.remove() }, "×"));
    total.button.parentElement.append(cover);
  }

  window.press = {
    state: {},
    watch: (total) => total.button.addEventListener("click", order),
    settled: (total, jumped) => {
      press.state.settled = true;
      if (told.buttonPopup) popUp(total);
      if (!told.redraw) return;
      if (told.redrawOn === "timer") setTimeout(() => redraw(total, jumped), told.redrawMs);
      else total.button.addEventListener(told.redrawOn, () => redraw(total, jumped), { capture: true });
    },
  };
})();
