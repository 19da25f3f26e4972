// Fetches a page's data from the gateway: page one by JSONP, other calls by fetch, signed as a page does.
(() => {
  const API_VERSION = "1.0";
  let serial = 0;

  function cookie(name) {
    const found = document.cookie.split("; ").find((one) => one.startsWith(name + "="));
    return found ? found.slice(name.length + 1) : "";
  }

  // The gateway here does not check the signature; what counts is that a call carries one of the usual shape.
  function sign(text) {
    let parts = [0x811c9dc5, 0x01000193, 0x9e3779b9, 0x85ebca6b];
    for (let i = 0; i < text.length; i += 1) {
      parts = parts.map((part, place) => Math.imul(part ^ (text.charCodeAt(i) + place), 0x01000193) >>> 0);
    }
    return parts.map((part) => part.toString(16).padStart(8, "0")).join("");
  }

  function address(api, data, type, more) {
    const now = String(Date.now());
    const appKey = "12574478";
    const token = cookie("_m_h5_tk").split("_")[0];
    const query = new URLSearchParams({
      jsv: "2.5.1", appKey, t: now, sign: sign([token, now, appKey, data].join("&")), api, v: API_VERSION,
      type, dataType: type, ...more,
    });
    return `${told.acs}/h5/${api.toLowerCase()}/${API_VERSION}/?${query}`;
  }

  function byScript(src, install) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      const name = install(resolve, () => reject(new Error("no answer")));
      script.onerror = () => reject(new Error("no answer"));
      script.onload = () => setTimeout(() => reject(new Error("no answer")), 0);
      script.src = src(name);
      document.head.append(script);
    });
  }

  function jsonp(api, data) {
    return byScript(
      (name) => address(api, data, "originaljsonp", { callback: name, data }),
      (resolve) => {
        serial += 1;
        const name = `mtopjsonp${serial}`;
        window[name] = resolve;
        return name;
      },
    );
  }

  async function byFetch(api, data) {
    const answer = await fetch(address(api, data, "originaljson", { data }), { credentials: "include" });
    return answer.json();
  }

  async function post(api, data) {
    const url = address(api, data, "originaljson", { post: "1", isSec: "1", ecode: "1", needLogin: "true" });
    const answer = await fetch(url, { method: "POST", credentials: "include", body: new URLSearchParams({ data }) });
    return answer.json();
  }

  // A design whose data do not come as mtop answers at all.
  const waiting = {};
  window.pageData = (name, packed) => {
    const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
    waiting[name](JSON.parse(new TextDecoder().decode(bytes)));
  };
  function inScript(api, data) {
    return byScript(
      (name) => `/p/page-data.js?${new URLSearchParams({ name, api, data })}`,
      (resolve) => {
        serial += 1;
        waiting[`d${serial}`] = resolve;
        return `d${serial}`;
      },
    );
  }

  const WAYS = { jsonp, post, get: byFetch };
  const RENEWED = /^FAIL_SYS_(TOKEN_|ILLEGAL_ACCESS)/;
  const SIGNED_OUT = /^(FAIL_SYS_SESSION_EXPIRED|FAIL_SYS_SID_INVALID|NEED_LOGIN)/;
  const HUMAN_CHECK = /^(FAIL_SYS_USER_VALIDATE|RGV587_ERROR)/;

  window.mtop = async (api, question, way) => {
    const data = JSON.stringify(question);
    const ask = told.embedded ? inScript : WAYS[way];
    let answer = await ask(api, data);
    if (RENEWED.test(answer.ret[0])) answer = await ask(api, data);
    const code = answer.ret[0];
    if (SIGNED_OUT.test(code)) {
      location.href = `${told.login}/?return_url=${encodeURIComponent(location.href)}`;
      return new Promise(() => {});
    }
    if (HUMAN_CHECK.test(code)) drawing.humanCheck();
    if (!code.startsWith("SUCCESS")) throw new Error(code);
    return answer.data;
  };

  Object.assign(window.mtop, { address, jsonp });

  window.byTag = (data, tag) => Object.keys(data.data).filter((key) => data.data[key].tag === tag);
})();
