// What makes the pages quicker for who has a keyboard and a script; everything works without it.
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  document.documentElement.classList.add("scripted");

  // Messages that were said once are not said again by a reload.
  const address = new URL(location.href);
  if (address.searchParams.has("done")) {
    address.searchParams.delete("done");
    history.replaceState(null, "", address);
  }
  one("#form-message")?.focus();

  // A page that comes back out of the browser's memory may belong to nobody any more.
  addEventListener("pageshow", (event) => event.persisted && location.reload());

  one("[data-print]")?.addEventListener("click", () => print());
  for (const form of all("form[data-confirm]")) {
    form.addEventListener("submit", (event) => confirm(form.dataset.confirm) || event.preventDefault());
  }

  // What was typed is not lost by a wrong key or link -------------------------------------------------
  const kept = ".bar ~ main form[method=post]:not([role=search], [data-payment])";
  // A form that was sent back with its errors is saved nowhere.
  let dirty = Boolean(one("#form-message") && one("form[data-invoice-form], form[data-unsaved]"));
  addEventListener("input", (event) => (dirty ||= Boolean(event.target.closest(kept))));
  addEventListener("submit", (event) => (dirty &&= event.defaultPrevented || !event.target.matches(kept)));
  addEventListener("beforeunload", (event) => dirty && event.preventDefault());

  // Keyboard ---------------------------------------------------------------------------------------
  let after = "";
  const places = { n: "/create", gi: "/invoices", gh: "/" };
  addEventListener("keydown", (event) => {
    const working = dirty || event.target.closest("input, select, textarea, button, summary, [contenteditable]");
    if (working || event.ctrlKey || event.metaKey || event.altKey || !one(".bar")) return;
    const keys = after + event.key;
    after = event.key === "g" ? "g" : "";
    if (event.key === "?") one("#help")?.showModal();
    else if (event.key === "/") {
      event.preventDefault();
      const field = one("[data-search]");
      field ? field.focus() : location.assign("/search");
    } else if (places[keys]) location.assign(places[keys]);
  });

  // Payment: the balance of the chosen account, before and after ---------------------------------
  for (const form of all("form[data-payment]")) {
    const choice = one("select[name=account_id]", form);
    // They are those of a payment of all that is due.
    const inPart = () => one("[name=amount]", form).value || one("[name=tax_deducted]", form).value;
    const show = () =>
      all("[data-account]", form).forEach((line) => (line.hidden = Boolean(inPart()) || line.dataset.account !== choice.value));
    form.addEventListener("input", () => choice && show());
    if (choice) show();
  }

  // Transactions: only the fields that the kind of it has ----------------------------------------
  for (const form of all("form[data-transaction-form]")) {
    const kind = one("[name=transaction_type]", form);
    const show = () => {
      all("[data-only]", form).forEach((field) => (field.hidden = field.dataset.only !== kind.value));
      one("#tax_rate", form).closest(".field").hidden = !["sale", "expense"].includes(kind.value);
    };
    kind.addEventListener("change", show);
    show();
  }

  // Invoice form -----------------------------------------------------------------------------------
  const form = one("form[data-invoice-form]");
  if (!form) return;
  const lines = one("[data-lines]", form);

  const number = () => {
    all("[data-line]", lines).forEach((line, index) => {
      for (const field of all("input, select", line)) {
        field.id = field.id[0] + index;
        field.closest(".field").querySelector("label").htmlFor = field.id;
      }
      const remove = one("[data-remove-line]", line);
      remove.value = `remove_line_${index}`;
      one(".visually-hidden", remove).textContent = `Remove line ${index + 1}`;
    });
  };
  const addLine = (event) => {
    event?.preventDefault();
    const line = lines.lastElementChild.cloneNode(true);
    all("input", line).forEach((field) => { field.value = ""; field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); });
    all("select", line).forEach((field) => (field.selectedIndex = 0));
    all(".field-error", line).forEach((error) => error.remove());
    one("[data-line-amount]", line).textContent = "";
    lines.append(line);
    number();
    one("input", line).focus();
  };
  one("[data-add-line]", form).addEventListener("click", addLine);
  lines.addEventListener("click", (event) => {
    const button = event.target.closest("[data-remove-line]");
    if (!button) return;
    event.preventDefault();
    if (lines.children.length === 1) addLine();
    const line = button.closest("[data-line]");
    const near = line.nextElementSibling || line.previousElementSibling;
    line.remove();
    number();
    one("input", near).focus();
    dirty = true;
    ask();
  });
  // Enter goes on to the next line or field instead of sending a form that is half done.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    const line = event.target.closest("[data-line]");
    if (line && !line.nextElementSibling) return addLine();
    const fields = all("input:not([type=hidden]), select, textarea", line?.nextElementSibling || form);
    fields[line ? 0 : fields.indexOf(event.target) + 1].focus();
  });

  // A customer of old brings address and GSTIN along; another one takes them away again, but nothing typed by hand.
  const known = JSON.parse(one("[data-customers]", form).dataset.customers || "[]");
  const details = ["email", "address", "gstin"];
  const customerNamed = (name) => known.find((candidate) => candidate.name === name);
  let former = customerNamed(form.elements.customer_name.value);
  form.elements.customer_name.addEventListener("change", (event) => {
    const customer = customerNamed(event.target.value);
    if (!customer) return;
    for (const name of details) {
      const field = form.elements[`customer_${name}`];
      if (!field.value || field.value === former?.[name]?.replaceAll("\r\n", "\n")) field.value = customer[name] || "";
    }
    former = customer;
    ask();
  });

  // Totals, from the function that computes the real ones.
  let timer = 0, running = null;
  const ask = () => { clearTimeout(timer); timer = setTimeout(preview, 80); };
  const preview = async () => {
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(`${form.getAttribute("action")}/preview`, {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: { accept: "application/json" }, signal: running.signal,
      });
      const said = await answer.json();
      answer.ok ? show(said) : fail(answer.status === 401 ? "Your session has ended. Log in again in another tab, then send this form." : said.detail);
    } catch (failure) {
      if (failure.name !== "AbortError") throw failure;
    }
  };
  // Better no totals than those of what stood here before.
  const fail = (reason) => {
    all("[data-total], [data-line-amount]", form).forEach((cell) => (cell.textContent = "–"));
    one("[data-words]", form).textContent = "";
    one("[data-reason]", form).textContent = reason;
  };
  const show = (totals) => {
    all("[data-total]", form).forEach((cell) => (cell.textContent = totals[cell.dataset.total]));
    all("[data-intra]", form).forEach((row) => (row.hidden = totals.inter_state));
    all("[data-inter]", form).forEach((row) => (row.hidden = !totals.inter_state));
    all("[data-line-amount]", form).forEach((cell, index) => (cell.textContent = totals.items[index] ?? ""));
    one("[data-reason]", form).textContent = totals.reason;
    one("[data-words]", form).textContent = totals.amount_in_words;
    const fault = totals.gstin_fault || "";
    one("[data-gstin-fault]", form).textContent = fault && fault[0].toUpperCase() + fault.slice(1) + ".";
    one("[data-preview]", form).dataset.shown = String(Number(one("[data-preview]", form).dataset.shown || 0) + 1);
  };
  form.addEventListener("input", ask);
  ask();
})();
