// Judges patterns with recheck: one JSON object a line on stdin (digest, js, flags), one verdict a line on stdout.
const { check } = require("recheck");

const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
(async () => {
  for (const line of lines) {
    const { digest, js, flags } = JSON.parse(line);
    const { status, attack, complexity } = await check(js, flags, { timeout: 4000, recallTimeout: -1 });
    console.log(JSON.stringify({
      digest,
      status,
      type: complexity ? complexity.summary : "",
      attack: attack ? { pumps: attack.pumps, suffix: attack.suffix } : null,
    }));
  }
})();
