// Starts the player that lies beside: registers its worker, names the archive to it, and shows the page behind the "#".
// It talks to the worker by messages alone (https://github.com/webrecorder/wabac.js), and holds nothing of it.
"use strict";
(async () => {
  const say = (words) => { document.querySelector("p").textContent = words; };
  const asked = /^#(\d{0,14})\/(https?:\/\/.+)$/s.exec(location.hash);
  if (!asked) return say("Ask for #YYYYMMDDhhmmss/http://...");
  if (!navigator.serviceWorker) return say("This browser runs no service workers here.");
  const ready = new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("message", (event) => {
      if (event.data.msg_type === "collAdded") resolve();
    });
  });
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  const worker = (await navigator.serviceWorker.ready).active;
  if (!navigator.serviceWorker.controller) {
    await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
  }
  worker.postMessage({
    msg_type: "addColl",
    name: "archive",
    type: "live",
    skipExisting: false,
    file: { sourceUrl: "proxy:" + location.origin + "/" },
    extraConfig: {
      prefix: location.origin + "/", isLive: false, archivePrefix: "id/", archiveMod: "id_",
      csp: document.body.dataset.policy,
    },
  });
  await ready;
  const frame = document.createElement("iframe");
  frame.title = asked[2];
  frame.src = "/w/archive/" + asked[1] + "mp_/" + asked[2];
  document.body.replaceChildren(frame);
})();
