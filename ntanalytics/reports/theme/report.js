"use strict";
(() => {
  // Sorting: each head of a sortable table becomes a button; a third press restores the order of the record.
  const collator = new Intl.Collator("zh-CN", { numeric: true });
  const key = (row, column) => {
    const cell = row.cells[column], text = cell.textContent;
    if (text === "—" || text === "") return null;
    const value = cell.dataset.v ?? text;
    if (!cell.matches(".num,.state")) return value;
    const number = Number(value.replace(/,/g, "").replace("\u2212", "-"));
    return Number.isNaN(number) ? value : number;
  };
  const sort = (table, column, direction) => {
    const body = table.tBodies[0];
    table.original ??= [...body.rows];
    const rows = [...table.original];
    if (direction) {
      const keys = new Map(rows.map((row) => [row, key(row, column)]));
      rows.sort((a, b) => {
        const x = keys.get(a), y = keys.get(b);
        if (x === null || y === null) return (x === null) - (y === null);
        const order = typeof x === "number" && typeof y === "number" ? x - y : collator.compare(x, y);
        return direction === "ascending" ? order : -order;
      });
    }
    body.append(...rows);
  };
  for (const table of document.querySelectorAll("main table")) {
    if (table.tBodies[0].rows.length < 2) continue;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const first = head.classList.contains("num") ? "descending" : "ascending";
        const second = first === "ascending" ? "descending" : "ascending";
        const now = head.getAttribute("aria-sort");
        const next = now === null ? first : now === first ? second : null;
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        if (next) head.setAttribute("aria-sort", next);
        sort(table, column, next);
      });
    });
  }

  // The words of a cell of marks are shown beside the pointer, too.
  for (const cell of document.querySelectorAll("td[aria-label]")) cell.title = cell.ariaLabel;

  // The annex is folded on the screen; what leads to it opens it.
  const annex = document.querySelector(".annex");
  for (const link of document.querySelectorAll('a[href="#sources"]')) link.addEventListener("click", () => { if (annex) annex.open = true; });

  // A table that may be wider than the screen is scrolled by keyboard: by what it holds, or as a whole.
  for (const box of document.querySelectorAll(".box")) {
    if (box.querySelector("button")) continue;
    const table = box.querySelector("table"), label = document.getElementById(table.getAttribute("aria-labelledby"));
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", label?.textContent ?? table.getAttribute("aria-label"));
  }

  // What stands before the first section has no heading above it but the page's own.
  const section = document.querySelector("main h2");
  for (const title of document.querySelectorAll("main h3")) {
    if (!section || title.compareDocumentPosition(section) & Node.DOCUMENT_POSITION_FOLLOWING) title.setAttribute("aria-level", "2");
  }

  // Charts: Plotly is unpacked and run after the page is painted; without it the numbers are opened instead.
  const packed = document.getElementById("plotly-packed");
  if (!packed) return;
  // Without scripts the numbers stand open below the title of each chart.
  for (const numbers of document.querySelectorAll("details.numbers")) numbers.open = false;
  const plots = [...document.querySelectorAll(".plot")];
  const unpack = async () => {
    // Base 85: five digits are four bytes, the first the greatest. Padding after a gzip stream would be an error.
    const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;,=>?@^_`{|}~";
    const value = new Uint8Array(128);
    [...digits].forEach((digit, number) => { value[digit.charCodeAt(0)] = number; });
    const text = packed.textContent, bytes = new DataView(new ArrayBuffer((text.length / 5) * 4));
    for (let from = 0, to = 0; from < text.length; to += 4) {
      let word = 0;
      for (const end = from + 5; from < end; from++) word = word * 85 + value[text.charCodeAt(from)];
      bytes.setUint32(to, word);
    }
    const stream = new Blob([bytes.buffer.slice(0, Number(packed.dataset.size))]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
    packed.remove();
  };
  const draw = () => Promise.all(plots.map((plot) => {
    const id = plot.id.slice("chart-".length);
    const figure = JSON.parse(document.querySelector(`script[data-chart="${id}"]`).textContent);
    return Plotly.newPlot(plot, figure.data, figure.layout, { displayModeBar: false, responsive: true, showTips: false });
  }));
  const fail = (reason) => {
    for (const plot of plots) {
      plot.style.height = "auto";
      plot.classList.add("undrawn");
      plot.textContent = "此浏览器不能绘图，数据见下。";
      plot.parentElement.querySelector("details.numbers").open = true;
    }
    document.documentElement.dataset.charts = "failed";
    console.error(reason);
  };
  // An A4 page without its margins is 182 mm wide, 688 px; the charts are drawn at that width before they are printed.
  const width = (pixels) => { for (const plot of plots) if (plot.data) Plotly.relayout(plot, pixels ? { width: pixels, autosize: false } : { width: null, autosize: true }); };
  addEventListener("beforeprint", () => width(688));
  addEventListener("afterprint", () => width(0));
  requestAnimationFrame(() => setTimeout(() => {
    // A print is written into a page that has it already.
    (window.Plotly ? Promise.resolve() : unpack()).then(draw).then(() => { document.documentElement.dataset.charts = "drawn"; }, fail);
  }));
})();
