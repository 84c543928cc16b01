/** The checklist of operators: only this browser can tell whether sockets pass the proxy. */

const WAIT_MS = 6000;
const step = document.querySelector("#step-sockets");

function tell(works) {
  const { stateDone, stateOpen, works: yes, fails: no } = step.dataset;
  step.dataset.done = works ? "yes" : "no";
  step.querySelector(".admin-step-state").textContent = works ? stateDone : stateOpen;
  step.querySelector("p").textContent = works ? yes : no;
  if (!works) step.closest("details").open = true;
}

function check() {
  const address = new URL(step.dataset.socket, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(address);
  const late = setTimeout(() => socket.close(), WAIT_MS);
  // An open socket is not enough: some proxies open it and pass nothing.
  socket.addEventListener("message", () => {
    clearTimeout(late);
    tell(true);
    socket.onclose = null;
    socket.close();
  });
  socket.onclose = () => tell(false);
}

if (step) check();
