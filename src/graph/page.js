const said = JSON.parse(document.getElementById("said").textContent);
const details = document.getElementById("details");
const make = (name, text, kind) => {
  const element = document.createElement(name);
  element.textContent = text;
  if (kind) element.className = kind;
  return element;
};
const choose = (edge) => {
  document.querySelectorAll(".edge.chosen").forEach((other) => other.classList.remove("chosen"));
  edge.classList.add("chosen");
  const about = said[Number(edge.dataset.number)];
  const list = document.createElement("ol");
  for (const [text, at] of about.steps) {
    const item = make("li", text);
    if (at) item.append(make("code", at));
    list.append(item);
  }
  details.className = about.verdict;
  details.replaceChildren(make("h3", about.head), make("p", about.facts, "facts"), list);
};
document.querySelectorAll(".edge").forEach((edge) => {
  edge.addEventListener("click", () => choose(edge));
  edge.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(edge);
    }
  });
});
document.querySelectorAll("[data-verdict]").forEach((box) => {
  box.addEventListener("change", () => {
    document.getElementById("graph")?.classList.toggle("hide-" + box.dataset.verdict, !box.checked);
  });
});
