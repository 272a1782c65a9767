#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"

namespace plstm::test {

/// A page and the width of the screen on which it is looked at.
struct ShownPage {
  std::string name, html;
  int width = 800;
};

namespace detail {

// Looks at the page that it is part of, and tells the page around what is wrong.
inline constexpr const char* kLookAtLayout = R"js(<script>
addEventListener('load', () => {
  const found = [];
  let boxes = 0, texts = 0;
  const words = e => e.tagName + '.' + (e.getAttribute('class') || '') + ' "' + e.textContent.slice(0, 50) + '"';
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) found.push('the page scrolls sideways');
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg')) continue;
    const style = getComputedStyle(e);
    ++boxes;
    if (style.display === 'inline' || style.display === 'contents') continue;
    if (style.overflowX !== 'auto' && !e.querySelector(':scope > .scroll') && e.scrollWidth > e.clientWidth + 1)
      found.push('overflows: ' + words(e) + ' ' + e.scrollWidth + ' > ' + e.clientWidth);
    const box = e.getBoundingClientRect();
    if (!e.closest('.scroll') && (box.right > wide + 1 || box.left < -1)) found.push('is off the page: ' + words(e));
  }
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    if (!(frame.width > 0 && frame.height > 0)) found.push('has no size: ' + words(svg));
  }
  for (const svg of document.querySelectorAll('svg.plot')) {
    const frame = svg.getBoundingClientRect();
    const labels = [...svg.querySelectorAll('text')].map(e => [e, e.getBoundingClientRect()]);
    texts += labels.length;
    for (const [e, a] of labels) {
      if (a.left < frame.left - .5 || a.right > frame.right + .5 || a.top < frame.top - .5 || a.bottom > frame.bottom + .5)
        found.push('is cut: ' + words(e) + ' in ' + svg.querySelector('title').textContent);
      for (const [other, b] of labels)
        if (e !== other && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
          found.push('lies on another: ' + words(e) + ' and ' + words(other));
    }
    for (const path of svg.querySelectorAll('path'))
      if (!/^M/.test(path.getAttribute('d')) || /nan|inf/i.test(path.getAttribute('d')))
        found.push('is no path: ' + path.getAttribute('d').slice(0, 50));
  }
  for (const figure of document.querySelectorAll('figure'))
    if (!figure.querySelector('svg.plot, table, .none')) found.push('is empty: ' + words(figure));
  parent.postMessage({page: name, boxes, texts, found}, '*');
});
</script>)js";

inline std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace detail

/// The command of a Chromium on this machine, or nothing.
inline std::optional<std::string> find_browser() {
  for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
    const std::string command = std::string("command -v ") + name + " > /dev/null 2>&1";
    if (std::system(command.c_str()) == 0) return name;
  }
  return {};
}

/// Shows the pages in the browser and says what is wrong with their layout: boxes that overflow, labels that are cut or
/// lie on each other, empty figures. "looked at <name> at <width>" stands before what was found of each page.
inline std::vector<std::string> look_at_layout(const std::string& browser,
                                               const std::vector<ShownPage>& pages) {
  using detail::replace_all;
  const TemporaryFolder folder;
  std::string frames;
  for (const ShownPage& page : pages) {
    // A page forbids itself all scripts; here it needs one.
    std::string html =
        replace_all(page.html, "default-src 'none'", "default-src 'none'; script-src 'unsafe-inline'");
    html = replace_all(html, "</body>", std::string(detail::kLookAtLayout) + "</body>");
    frames += "<iframe name=\"" + page.name + " at " + std::to_string(page.width) + "\" width=\"" +
              std::to_string(page.width) + "\" height=\"1000\" style=\"border:0\" srcdoc=\"" +
              replace_all(replace_all(html, "&", "&amp;"), "\"", "&quot;") + "\"></iframe>\n";
  }
  std::ofstream(folder / "pages.html")
      << "<!DOCTYPE html><meta charset=\"utf-8\"><script>"
         "addEventListener('message', e => { const p = document.createElement('pre');"
         "p.textContent = ['looked at ' + e.data.page + ': ' + e.data.boxes + ' boxes, ' + e.data.texts + ' "
         "labels',"
         "...e.data.found].join('\\n') + '\\n'; document.getElementById('found').append(p);"
         "[...document.querySelectorAll('iframe')].find(f => f.name === e.data.page).remove(); });"
         "</script><div id=\"found\"></div>\n"
      << frames;
  const std::string command =
      browser +
      " --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --window-size=1600,1000"
      " --virtual-time-budget=60000 --user-data-dir='" +
      (folder / "profile").string() + "' --dump-dom 'file://" + (folder / "pages.html").string() + "' > '" +
      (folder / "dom.html").string() + "' 2> /dev/null";
  std::vector<std::string> lines;
  if (std::system(command.c_str()) != 0) return {"the browser failed: " + command};
  std::ifstream dom(folder / "dom.html");
  bool inside = false;
  for (std::string line; std::getline(dom, line);) {
    if (line.find("<pre>looked at ") != std::string::npos) inside = true;
    const std::size_t start = line.rfind("<pre>");
    if (inside) lines.push_back(start == std::string::npos ? line : line.substr(start + 5));
    if (line.find("</div>") != std::string::npos) inside = false;
  }
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("</pre>"); });
  return lines;
}

}  // namespace plstm::test
