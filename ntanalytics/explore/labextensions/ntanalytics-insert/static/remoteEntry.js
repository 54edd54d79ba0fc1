// A plugin of JupyterLab without a build step: the data browser inserts its code at the cursor of the notebook.
//
// JupyterLab loads this file, hands the modules that it shares to init, and asks for "./extension" by get.
(function () {
  "use strict";

  const BROWSER = ".ntanalytics-browser";
  const BUTTON = ".ntanalytics-insert";
  let modules = {};

  async function shared(name) {
    const versions = Object.values(modules[name]);
    const factory = await versions[0].get();
    return factory();
  }

  // The code beside a button, or nothing.
  function codeOf(node) {
    const button = node.closest && node.closest(BUTTON);
    const browser = button && button.closest(BROWSER);
    const area = browser && browser.querySelector("textarea");
    return area ? area.value : "";
  }

  function activate(_app, tracker) {
    let last = null; // the cell in whose editor the cursor was last: a click on the browser moves the focus

    document.addEventListener("focusin", (event) => {
      const panel = tracker.currentWidget;
      const editor = panel && event.target.closest && event.target.closest(".jp-InputArea-editor");
      const node = editor && editor.closest(".jp-Cell");
      last = (node && panel.content.widgets.find((cell) => cell.node === node)) || last;
    });

    document.addEventListener("click", (event) => {
      const code = codeOf(event.target);
      const cell = last && !last.isDisposed && last.editor ? last : tracker.activeCell;
      if (code && cell && cell.editor) {
        cell.editor.replaceSelection(code);
        cell.editor.focus();
      }
    });

    document.addEventListener("mouseover", (event) => {
      const button = event.target.closest && event.target.closest(BUTTON);
      if (button) button.draggable = true;
    });

    // the editor takes what is dropped, at the place where it is dropped
    document.addEventListener("dragstart", (event) => {
      const code = codeOf(event.target);
      if (code) event.dataTransfer.setData("text/plain", code);
    });
  }

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["ntanalytics-insert"] = {
    init(scope) {
      modules = scope;
    },
    async get() {
      const { INotebookTracker } = await shared("@jupyterlab/notebook");
      const plugin = { id: "ntanalytics-insert:plugin", autoStart: true, requires: [INotebookTracker], activate };
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
