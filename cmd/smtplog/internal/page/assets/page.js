"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const place = document.getElementById("chart");
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  let plot = null;

  function draw() {
    if (plot) plot.destroy();
    if (!data.at || data.at.length === 0) return;
    const line = (label, name) => ({ label, stroke: colour(name), width: 1.5, points: { show: data.at.length < 60 } });
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
    plot = new uPlot({
      width: place.clientWidth, height: 260,
      series: [{}, line("delivered", "--good"), line("bounced", "--bad"), line("deferred", "--slow"), line("rejected", "--ours")],
      axes: [axis, { ...axis, size: 60 }],
    }, [data.at, data.delivered, data.bounced, data.deferred, data.rejected], place);
  }
  draw();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let width = place.clientWidth;
  addEventListener("resize", () => { if (place.clientWidth !== width) { width = place.clientWidth; draw(); } });
  addEventListener("beforeprint", () => { // paper opens nothing, and has a width of its own
    document.querySelectorAll("main > section:not(:has(#messages)) details").forEach((d) => { d.open = true; });
    if (plot) plot.setSize({ width: 640, height: 220 });
  });
  addEventListener("afterprint", draw);

  const search = document.getElementById("search");
  if (!search) return;
  const list = Array.from(document.querySelectorAll("#messages > details"), (at) => ({ at, text: at.textContent.toLowerCase() }));
  const found = document.getElementById("found");
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const one of list) {
      const shown = words.every((w) => one.text.includes(w));
      one.at.hidden = !shown;
      if (shown) n++;
    }
    found.textContent = n + " of " + list.length + " messages";
  });
})();
