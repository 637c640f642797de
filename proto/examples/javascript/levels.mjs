// Levels over WebSocket in JavaScript: snapshot, then every level, with its sequence checked.
//
// In a browser:  import { follow } from "./levels.mjs";
//                follow({ url: "ws://127.0.0.1:8080/v1/stream", codes: ["995366"], tell: console.log });
// Under Node:    node levels.mjs ws://127.0.0.1:8080/v1/stream [--count N] CODE...
// Node before 22 has no WebSocket of its own; Debian's package node-ws is one (with a Node that is not
// Debian's, NODE_PATH=/usr/share/nodejs finds it).

// Follows `codes` until stop() is called on what it returns. `tell` gets objects with a `what`:
//   snapshot, level   the message, with the fields of Level
//   skipped           the server left out `from`..`to` of `code` for the newest, and said so
//   lost              `from`..`to` of `code` did not come and nobody said so: the transport lost them
//   connected, gone   gone: it connects again after a second, with a new snapshot
//   error             the server's `reason`
export function follow({ url, codes, tell, WebSocket = globalThis.WebSocket }) {
  let socket;
  let stopped = false;

  function connect() {
    const next = new Map(); // of each code, the sequence that comes next; of this connection's epoch
    socket = new WebSocket(url, "indexcast.v1.json");
    socket.onopen = () => {
      tell({ what: "connected" });
      socket.send(JSON.stringify({ op: "subscribe", codes, mode: "tick" }));
    };
    socket.onmessage = (event) => stopped || receive(JSON.parse(event.data), next, tell);
    socket.onerror = () => {}; // a close follows
    socket.onclose = () => {
      if (stopped) return;
      tell({ what: "gone" });
      setTimeout(() => stopped || connect(), 1000);
    };
  }

  connect();
  return {
    stop() {
      stopped = true;
      socket.close();
    },
  };
}

function receive(message, next, tell) {
  const { type, code } = message;
  if (type === "snapshot") {
    // Complete to its sequence: what comes next is one more. 0: the index has no level yet.
    next.set(code, message.index_sequence + 1);
    tell({ what: "snapshot", ...message });
  } else if (type === "level") {
    arrive(code, message.index_sequence, message.index_sequence, next, tell);
    tell({ what: "level", ...message });
  } else if (type === "skipped") {
    arrive(code, message.from, message.to, next, tell);
    tell({ what: "skipped", ...message });
  } else if (type === "error") {
    tell({ what: "error", ...message });
  }
}

// Sequences from..to came, or were named as left out: any jump before them is a loss.
function arrive(code, from, to, next, tell) {
  const expected = next.get(code);
  if (from > expected) tell({ what: "lost", code, from: expected, to: from - 1 });
  next.set(code, to + 1);
}

async function main(words) {
  const { createRequire } = await import("node:module");
  const WebSocket = globalThis.WebSocket ?? createRequire(import.meta.url)("ws");
  const [url, ...rest] = words;
  const at = rest.indexOf("--count");
  let left = at < 0 ? Infinity : Number(rest.splice(at, 2)[1]);
  const stream = follow({ url, codes: rest, tell, WebSocket });

  function tell(told) {
    const { what, code, index_sequence, level, status, quotable, from, to, reason } = told;
    if (what === "level" || what === "snapshot")
      console.log(what, code, index_sequence, level, status, quotable ? "quotable" : "not quotable");
    else if (what === "skipped" || what === "lost") console.log(what, code, `${from}..${to}`);
    else console.error(what, reason ?? "");
    if (what === "level" && --left <= 0) stream.stop();
  }
}

if (typeof process !== "undefined" && import.meta.url === `file://${process.argv[1]}`)
  await main(process.argv.slice(2));
