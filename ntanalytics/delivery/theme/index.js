"use strict";
(() => {
  // Finding: every word must stand in the row, or in the title of its report. Without scripts the page is whole.
  const form = document.querySelector(".find"), input = document.getElementById("q"), found = document.getElementById("found");
  form.hidden = false;
  let rows = null;
  const prepare = () => {
    rows = [];
    for (const section of document.querySelectorAll("main section:not(.latest)")) {
      const title = section.querySelector("h2").textContent;
      for (const row of section.querySelectorAll("tbody tr")) rows.push({ row, section, part: row.closest(".folds, .own, .box"), text: `${title} ${row.textContent}`.toLowerCase() });
    }
    for (const details of document.querySelectorAll(".own")) details.before = details.open;
  };
  const find = () => {
    if (!rows) prepare();
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    document.body.classList.toggle("searching", words.length > 0);
    const hits = new Map();
    let count = 0;
    for (const { row, section, part, text } of rows) {
      const fits = words.every((word) => text.includes(word));
      row.hidden = !fits;
      for (const each of [section, part]) hits.set(each, (hits.get(each) ?? 0) + fits);
      if (fits && section.classList.contains("report")) count++;
    }
    for (const [each, number] of hits) each.dataset.hit = number;
    for (const details of document.querySelectorAll(".own")) {
      details.open = words.length ? Boolean(details.querySelector("tbody tr:not([hidden])")) : details.before;
    }
    found.value = words.length ? (count ? `找到 ${count.toLocaleString("zh-CN")} 份` : "没有符合的报告") : "";
  };
  let waiting = 0;
  input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(find, 80); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { input.value = ""; find(); }
    if (event.key === "Enter") find();
  });
})();
