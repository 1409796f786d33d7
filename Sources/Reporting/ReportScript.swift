/// The script of a report: a line that follows the pointer through all charts, with the values at that moment.
///
/// The page says everything without it. Texts are set as text content only, never as markup.
enum ReportScript {
  static let source: HTML = """
    (function () {
      "use strict";
      const run = JSON.parse(document.getElementById("run-data").textContent);
      const stack = document.getElementById("charts");
      const now = document.getElementById("now");
      const announcement = document.getElementById("announcement");
      const cursors = Array.from(document.querySelectorAll("line.cursor"));
      const plots = Array.from(document.querySelectorAll(".plot"));
      const readouts = [];
      for (const chart of run.charts) {
        const figure = document.querySelector('[data-chart="' + chart.id + '"]');
        if (!figure) continue;
        chart.series.forEach(function (series, index) {
          const output = figure.querySelector('[data-series="' + index + '"]');
          const name = output && output.previousElementSibling ? output.previousElementSibling.textContent : "";
          if (output) readouts.push({ output: output, series: series, name: name });
        });
      }
      const podCharts = run.pods.map(function (chart) {
        const figure = document.querySelector('[data-chart="' + chart.id + '"]');
        return { rows: chart.rows, states: figure ? Array.from(figure.querySelectorAll("[data-state]")) : [] };
      });
      let moment = null;
      let announcing = 0;

      function two(number) { return String(number).padStart(2, "0"); }
      function clock(seconds) {
        const whole = Math.floor(seconds), hours = Math.floor(whole / 3600);
        const rest = two(Math.floor(whole / 60) % 60) + ":" + two(whole % 60);
        return hours > 0 ? hours + ":" + rest : rest;
      }
      function grouped(number) { return Math.round(number).toString().replace(/\\B(?=(\\d{3})+(?!\\d))/g, ","); }
      function text(value, unit) {
        if (unit === "perSecond") return (value < 10 && value % 1 ? value.toFixed(1) : grouped(value)) + "/s";
        if (unit === "percent") return value.toFixed(0) + "%";
        if (unit === "count") return grouped(value);
        if (value < 1) return (value * 1000).toFixed(0) + " µs";
        if (value < 10) return value.toFixed(2) + " ms";
        if (value < 100) return value.toFixed(1) + " ms";
        return value < 1000 ? value.toFixed(0) + " ms" : (value / 1000).toFixed(2) + " s";
      }
      function valueAt(series, at) {
        let low = 0, high = series.t.length;
        while (low < high) {
          const middle = (low + high) >> 1;
          if (series.t[middle] <= at) low = middle + 1; else high = middle;
        }
        // At the very end the last value still holds.
        const index = at >= run.end && low > 1 && series.v[low - 1] === null ? low - 2 : low - 1;
        if (index < 0 || series.v[index] === null) return "–";
        const lower = text(series.v[index], series.unit);
        return series.u && series.u[index] !== series.v[index] ? lower + "–" + text(series.u[index], series.unit) : lower;
      }
      function countPods(pods, at) {
        const counts = [0, 0, 0, 0];
        for (const pod of pods) {
          const created = pod[0], started = pod[1], ready = pod[2], leaving = pod[3], gone = pod[4];
          if (at < created || (gone !== null && at >= gone)) continue;
          if (leaving !== null && at >= leaving) counts[3] += 1;
          else if (ready.some(function (stretch) { return at >= stretch[0] && (stretch[1] === null || at < stretch[1]); })) counts[2] += 1;
          else counts[started !== null && at >= started ? 1 : 0] += 1;
        }
        return counts;
      }
      function show(at) {
        moment = Math.min(Math.max(at, 0), run.end);
        const left = 100 * moment / run.end + "%";
        for (const line of cursors) { line.setAttribute("x1", left); line.setAttribute("x2", left); }
        document.body.classList.add("at-moment");
        for (const readout of readouts) readout.output.textContent = valueAt(readout.series, moment);
        for (const chart of podCharts) {
          const counts = countPods(chart.rows, moment);
          for (const output of chart.states) output.textContent = counts[Number(output.dataset.state)];
        }
        const streams = new Set();
        const phase = run.phases.filter(function (one) {
          if (moment < one[1] || moment > one[2] || streams.has(one[3])) return false;
          streams.add(one[3]);
          return true;
        }).map(function (one) { return one[0]; }).join(", ");
        if (now) {
          now.hidden = false;
          now.style.left = left;
          now.style.transform = "translateX(-" + left + ")";
          now.textContent = clock(moment) + (phase ? " " + phase : "");
        }
      }
      function hide() {
        moment = null;
        document.body.classList.remove("at-moment");
        for (const readout of readouts) readout.output.textContent = "";
        for (const chart of podCharts) for (const output of chart.states) output.textContent = "";
        if (now) now.hidden = true;
      }
      function announce() {
        clearTimeout(announcing);
        announcing = setTimeout(function () {
          if (moment === null || !announcement) return;
          announcement.textContent = clock(moment) + ": " + readouts.map(function (readout) {
            return readout.name + " " + readout.output.textContent;
          }).join(", ");
        }, 350);
      }
      for (const plot of plots) {
        plot.addEventListener("pointermove", function (event) {
          const box = plot.getBoundingClientRect();
          show((event.clientX - box.left) / box.width * run.end);
        });
        plot.addEventListener("pointerleave", hide);
      }
      if (stack) {
        stack.addEventListener("keydown", function (event) {
          if (event.target !== stack) return;
          const step = run.end / (event.shiftKey ? 20 : 200);
          const moves = { ArrowLeft: -step, ArrowRight: step };
          if (event.key in moves) show((moment === null ? 0 : moment) + moves[event.key]);
          else if (event.key === "Home") show(0);
          else if (event.key === "End") show(run.end);
          else if (event.key === "Escape") return hide();
          else return;
          event.preventDefault();
          announce();
        });
      }
      for (const lane of document.querySelectorAll(".lane")) {
        const told = document.getElementById(lane.getAttribute("aria-describedby"));
        if (!told) continue;
        const marks = Array.from(lane.querySelectorAll("[data-entry]"), function (mark) {
          const title = mark.querySelector("title");
          const text = title ? title.textContent : "";
          // The text is shown below the lane, so that the browser need not show it as well.
          if (title) title.remove();
          return { mark: mark, text: text, at: Number(mark.dataset.at) };
        });
        let chosen = -1;
        function choose(index) {
          if (chosen >= 0) marks[chosen].mark.classList.remove("chosen");
          chosen = Math.min(Math.max(index, 0), marks.length - 1);
          marks[chosen].mark.classList.add("chosen");
          told.textContent = marks[chosen].text;
        }
        lane.addEventListener("pointermove", function (event) {
          const box = lane.getBoundingClientRect();
          const under = event.target.closest ? event.target.closest("[data-entry]") : null;
          let best = under ? marks.findIndex(function (one) { return one.mark === under; }) : -1;
          let nearest = 12;
          if (best < 0) marks.forEach(function (one, index) {
            const distance = Math.abs(one.at / run.end * box.width - (event.clientX - box.left));
            if (distance < nearest) { nearest = distance; best = index; }
          });
          if (best >= 0 && best !== chosen) choose(best);
        });
        lane.addEventListener("focus", function () {
          if (chosen < 0) choose(marks.findIndex(function (one) { return one.text === told.textContent; }));
        });
        lane.addEventListener("keydown", function (event) {
          if (event.key === "ArrowRight") choose(chosen + 1);
          else if (event.key === "ArrowLeft") choose(chosen - 1);
          else if (event.key === "Home") choose(0);
          else if (event.key === "End") choose(marks.length - 1);
          else return;
          show(marks[chosen].at);
          event.preventDefault();
        });
      }
      for (const link of document.querySelectorAll("a[data-at]")) {
        link.addEventListener("click", function () {
          show(Number(link.dataset.at));
          if (stack) stack.focus({ preventScroll: true });
        });
      }
      window.addEventListener("beforeprint", function () {
        hide();
        for (const details of document.querySelectorAll("details.evidence")) details.open = true;
      });
      document.documentElement.dataset.script = "ready";
    })();
    """
}
