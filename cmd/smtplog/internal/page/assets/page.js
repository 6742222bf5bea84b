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
      width: place.clientWidth, height: 260, tzDate: there, fmtDate: written,
      series: [{}, line("delivered", "--good"), line("failed", "--bad"), line("deferred", "--slow"), line("rejected", "--ours")],
      axes: [axis, { ...axis, size: 60 }],
    }, [data.at, data.delivered, data.failed, data.deferred, data.rejected], place);
  }

  // The times are those of the report's zone, as in the tables, and written as there.
  function there(at) {
    let i = data.at.length - 1;
    while (i > 0 && data.at[i] > at) i--;
    return uPlot.tzDate(new Date((at + data.offset[i]) * 1000), "Etc/UTC");
  }
  function written(how) {
    return uPlot.fmtDate(how.replace("{M}/{D}/{YY}", "{YYYY}-{MM}-{DD}").replace("{M}/{D}", "{MM}-{DD}")
      .replace("{h}:{mm}:{ss}{aa}", "{HH}:{mm}:{ss}")
      .replace("{h}:{mm}{aa}", "{HH}:{mm}").replace("{h}{aa}", "{HH}:00"));
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
