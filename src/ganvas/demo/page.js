"use strict";
// Each photo has a stage (two pictures and a divider) and panes that all look at the same spot.
for (const section of document.querySelectorAll("section.case")) {
  section.classList.add("live");
  const width = Number(section.dataset.width), height = Number(section.dataset.height);
  const pictures = [...section.querySelectorAll(".pane img")];
  const panes = pictures.map((picture) => picture.parentElement);
  const stage = section.querySelector(".stage");
  const divider = stage.querySelector("input");
  const view = stage.querySelector(".window");

  const choose = (select, target) => {
    const source = pictures[Number(select.value)];
    target.src = source.src;
    target.alt = source.alt;
    target.classList.toggle("pixels", source.classList.contains("pixels"));
    const [left, right] = section.querySelectorAll(".picks select");
    divider.setAttribute("aria-valuetext",
      `${divider.value} %: ${left.selectedOptions[0].text} to the left, ${right.selectedOptions[0].text} to the right`);
  };
  const [before, after] = stage.querySelectorAll("img");
  const [left, right] = section.querySelectorAll(".picks select");
  const split = () => {
    stage.style.setProperty("--split", `${divider.value}%`);
    choose(left, before);
    choose(right, after);
  };
  left.addEventListener("change", split);
  right.addEventListener("change", split);
  divider.addEventListener("input", split);

  // The centre of what the panes show, in pixels of the photo, and the zoom: screen pixels per photo pixel.
  const spot = { x: width * Number(section.dataset.x), y: height * Number(section.dataset.y), zoom: 1 };
  const show = () => {
    const side = panes[0].clientWidth;
    const zoom = spot.zoom || side / Math.max(width, height);
    const half = side / 2 / zoom;
    const within = (value, size) => (size <= 2 * half ? size / 2 : Math.min(Math.max(value, half), size - half));
    spot.x = within(spot.x, width);
    spot.y = within(spot.y, height);
    for (const picture of pictures) {
      picture.style.width = `${width * zoom}px`;
      picture.style.height = `${height * zoom}px`;
      picture.style.transform = `translate(${side / 2 - spot.x * zoom}px, ${side / 2 - spot.y * zoom}px)`;
      picture.style.imageRendering = zoom > 1 || picture.classList.contains("pixels") ? "pixelated" : "auto";
    }
    view.hidden = !spot.zoom;
    view.style.left = `${((spot.x - half) / width) * 100}%`;
    view.style.top = `${((spot.y - half) / height) * 100}%`;
    view.style.width = `${((2 * half) / width) * 100}%`;
    view.style.height = `${((2 * half) / height) * 100}%`;
  };
  const move = (dx, dy) => {
    const zoom = spot.zoom || 1;
    spot.x -= dx / zoom;
    spot.y -= dy / zoom;
    show();
  };
  const buttons = [...section.querySelectorAll(".zoom button")];
  const magnify = (zoom) => {
    spot.zoom = zoom;
    for (const button of buttons) button.setAttribute("aria-pressed", String(Number(button.value) === zoom));
    show();
  };
  for (const button of buttons) button.addEventListener("click", () => magnify(Number(button.value)));
  for (const pane of panes) {
    pane.tabIndex = 0;
    pane.setAttribute("role", "group");
    pane.addEventListener("pointerdown", (event) => {
      pane.setPointerCapture(event.pointerId);
      pane.focus();
      event.preventDefault();
    });
    pane.addEventListener("pointermove", (event) => {
      if (pane.hasPointerCapture(event.pointerId)) move(event.movementX, event.movementY);
    });
    pane.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [24, 0], ArrowRight: [-24, 0], ArrowUp: [0, 24], ArrowDown: [0, -24] };
      const zooms = buttons.map((button) => Number(button.value));
      const at = zooms.indexOf(spot.zoom);
      if (steps[event.key]) move(...steps[event.key]);
      else if (event.key === "+" && at < zooms.length - 1) magnify(zooms[at + 1]);
      else if (event.key === "-" && at > 0) magnify(zooms[at - 1]);
      else return;
      event.preventDefault();
    });
  }
  new ResizeObserver(show).observe(panes[0]);
  split();
  magnify(1);
}

const theme = document.getElementById("theme");
const dark = () => (document.documentElement.dataset.theme
  || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const label = () => { theme.textContent = dark() ? "Light" : "Dark"; };
theme.hidden = false;
theme.addEventListener("click", () => { document.documentElement.dataset.theme = dark() ? "light" : "dark"; label(); });
label();
