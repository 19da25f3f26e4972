// Sends an order call from a worker.
onmessage = async ({ data: { url, body } }) => {
  try {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    postMessage({ answer: await (await fetch(url, { method: "POST", credentials: "include", body, headers })).json() });
  } catch {
    postMessage({ answer: null });
  }
};
