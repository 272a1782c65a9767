#include "learn/report/page.hpp"

#include <fmt/format.h>

#include <plstm/learn/plots/markup.hpp>

namespace plstm {
namespace {

constexpr const char* kStyle = R"(:root{color-scheme:light dark;--ground:#fff;--card:#f6f8fa}
@media screen and (prefers-color-scheme:dark){:root{--ground:#12171e;--card:#1a212b}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:1240px;margin:0 auto;padding:1.5rem clamp(.8rem,3vw,2.5rem) 4rem}
h1{font-size:1.7rem;line-height:1.25;margin:.3rem 0}
h2{font-size:1.25rem;margin:2.4rem 0 .8rem;padding-bottom:.3rem;border-bottom:2px solid var(--line)}
h3{font-size:1.05rem;margin:1.6rem 0 .6rem}
h4{font-size:.95rem;margin:0 0 .3rem}
h1,h2,h3,h4,p,dd,dt,li,figcaption{overflow-wrap:anywhere}
.soft,figcaption,dt{color:var(--soft)}
.lead{font-size:1.08rem;margin:.8rem 0}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:1rem 0;font-size:.92rem}
a{color:var(--blue)}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,320px),1fr));gap:.1rem 2rem;margin:0}
.facts div{display:grid;grid-template-columns:9.5rem minmax(0,1fr);gap:.8rem;padding:.2rem 0;
border-bottom:1px solid var(--line)}
.facts div.wide{grid-column:1/-1}
dd{margin:0;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto;margin:.6rem 0;max-width:100%}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.32rem .45rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom;white-space:nowrap}
tbody th{font-weight:600;overflow-wrap:break-word}
td{white-space:nowrap}
thead th.n{white-space:normal;min-width:5.2em}
td.n,th.n{text-align:right}
.wrap{display:inline-block;white-space:normal;max-width:8rem}
.range{color:var(--soft);font-weight:400}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:1.4rem 1.8rem}
figure{margin:0;min-width:0}
@media (min-width:800px){figure:has(table){grid-column:span 2}}
figcaption{font-size:.82rem;line-height:1.4;margin-top:.3rem}
.none{border:1px dashed var(--line);border-radius:8px;padding:1rem;color:var(--soft);font-size:.92rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,250px),1fr));gap:1rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.8rem;min-width:0;
font-size:.87rem}
.card h4{font-size:.87rem;margin:.5rem 0 .3rem}
.card .code{font:.76rem/1.35 ui-monospace,monospace;margin:.1rem 0 .45rem;color:var(--soft)}
.card .warning{margin:.4rem 0 0;color:var(--orange);font-size:.8rem}
.card dl{margin:0}
.card dl div{display:flex;justify-content:space-between;gap:.8rem}
.card dd{text-align:right}
.drawing{background:#fff;border-radius:6px;overflow:hidden}
.drawing svg{display:block;width:100%;height:auto;max-height:220px}
.near{display:grid;grid-template-columns:92px minmax(0,1fr);gap:.7rem;margin-top:.6rem;padding-top:.6rem;
border-top:1px solid var(--line)}
.near p{margin:0 0 .3rem;font-size:.8rem;line-height:1.35}
.near.alone{grid-template-columns:minmax(0,1fr)}
.share{display:inline-block;width:48px;height:9px;margin-left:.6rem;background:var(--line);border-radius:2px}
.share i{display:block;height:100%;background:var(--blue);border-radius:2px}
.heat{display:inline-block;min-width:2.6em;padding:0 .45em;border-radius:4px}
.heat.right{background:color-mix(in srgb,var(--blue) var(--h),transparent)}
.heat.wrong{background:color-mix(in srgb,var(--orange) var(--h),transparent)}
pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;margin:0;
font:13px/1.5 ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}
ul.notes{margin:.8rem 0;padding-left:1.2rem}
footer{margin-top:3rem;font-size:.82rem;color:var(--soft)}
@media (max-width:520px){body{font-size:15px}.facts div{grid-template-columns:7.5rem minmax(0,1fr)}
th,td{padding:.3rem .5rem}}
@media print{body{font-size:10.5pt}main{max-width:none;padding:0}nav{display:none}h2,h3{break-after:avoid}
figure,.card,tr,.facts div{break-inside:avoid}.scroll{overflow:visible}table{font-size:8.5pt}
th,td{padding:.2rem .4rem}.cards,.figures{display:block}
.card,.figures figure{display:inline-block;vertical-align:top}.card{width:31.5%;margin:.3rem .5%;font-size:8pt}
.figures figure{width:47%;margin:.3rem 1.2%}.drawing svg{max-height:120px}}
)";

std::string cell_html(const HtmlCell& cell) {
  const char* tag = cell.heading ? "th" : "td";
  return fmt::format("<{0}{1}{2}{3}>{4}</{0}>", tag, cell.heading ? " scope=\"row\"" : "",
                     cell.number ? " class=\"n\"" : "",
                     cell.rows > 1 ? fmt::format(" rowspan=\"{}\"", cell.rows) : "", cell.html);
}

}  // namespace

std::string html_table(const std::string& label, const std::vector<std::string>& headings,
                       const std::vector<std::vector<HtmlCell>>& rows) {
  std::string html =
      fmt::format(R"(<div class="scroll" tabindex="0" role="region" aria-label="{}"><table><thead><tr>)",
                  escape_markup(label));
  // A heading stands above its column: to the right of numbers.
  for (std::size_t column = 0; column < headings.size(); ++column) {
    const bool number = !rows.empty() && column < rows.front().size() && rows.front()[column].number;
    html += fmt::format("<th scope=\"col\"{}>{}</th>", number ? " class=\"n\"" : "",
                        escape_markup(headings[column]));
  }
  html += "</tr></thead><tbody>";
  for (const std::vector<HtmlCell>& row : rows) {
    html += "<tr>";
    for (const HtmlCell& cell : row) html += cell_html(cell);
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string html_figure(const std::string& title, const Plot& plot, const std::string& caption) {
  return html_box(title, draw_plot(plot) + draw_legend(plot), caption);
}

std::string html_box(const std::string& title, const std::string& html, const std::string& caption) {
  return fmt::format("<figure><h4>{}</h4>{}{}</figure>\n", escape_markup(title), html,
                     caption.empty() ? "" : "<figcaption>" + escape_markup(caption) + "</figcaption>");
}

std::string html_no_figure(const std::string& title, const std::string& sentence) {
  return html_box(title, "<p class=\"none\">" + escape_markup(sentence) + "</p>");
}

std::string html_facts(const std::vector<ReportFact>& facts) {
  std::string html = "<dl class=\"facts\">";
  constexpr std::size_t kLong = 24;  // characters of a value that needs a line of its own
  for (const ReportFact& fact : facts) {
    html += fmt::format("<div{}><dt>{}</dt><dd>{}</dd></div>\n",
                        fact.value.size() > kLong ? " class=\"wide\"" : "", escape_markup(fact.name),
                        escape_markup(fact.value));
  }
  return html + "</dl>\n";
}

std::string html_section(const std::string& id, const std::string& title, const std::string& html) {
  return fmt::format("<section id=\"{}\"><h2>{}</h2>\n{}</section>\n", id, escape_markup(title), html);
}

std::string html_page(const std::string& title, const std::string& html) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
      "img-src "
      "data:\">\n<title>{}</title>\n<style>{}{}</style></head>\n<body><main>\n{}</main></body></html>\n",
      escape_markup(title), plot_style(), kStyle, html);
}

}  // namespace plstm
