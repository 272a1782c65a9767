#include "plstm/learn/plots/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include <plstm/learn/plots/markup.hpp>
#include <plstm/learn/plots/thinning.hpp>

#include "learn/plots/plot_area.hpp"

namespace plstm {
namespace {

constexpr std::size_t kMostDots = 2000;
constexpr double kClosest = 0.5;  // distance of the points of a line

// "12.3"; "12" rather than "12.0".
std::string number(double value) {
  std::string text = fmt::format("{:.1f}", value);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text == "-0" ? "0" : text;
}

std::string pair(const PlotPoint& point) {
  return number(point.x) + " " + number(point.y);
}

bool is_finite(const PlotPoint& point) {
  return std::isfinite(point.x) && std::isfinite(point.y);
}

std::vector<PlotPoint> placed(const PlotArea& area, const std::vector<PlotPoint>& points) {
  std::vector<PlotPoint> result;
  for (const PlotPoint& point : points) {
    if (is_finite(point)) result.push_back(area.place(point));
  }
  return result;
}

std::string path_of(const std::vector<PlotPoint>& points) {
  std::string path;
  for (const PlotPoint& point : points) path += (path.empty() ? "M" : "L") + pair(point);
  return path;
}

// Draws the shapes of a layer in the coordinates of the area.
struct ShapeWriter {
  const PlotArea& area;

  std::string operator()(const PlotDots& dots) const {
    std::string path;  // a line of no length with round ends is a dot, in few bytes
    for (const PlotPoint& point : thin_dots(placed(area, dots.points), kMostDots)) {
      path += "M" + pair(point) + "h0";
    }
    return fmt::format(R"(<path class="dots" stroke-width="{}" d="{}"/>)", number(2 * dots.radius), path);
  }

  std::string operator()(const PlotLine& line) const {
    return fmt::format(R"(<path class="line{}" stroke-width="{}" d="{}"/>)", line.dashed ? " dashed" : "",
                       number(line.width), path_of(thin_line(placed(area, line.points), kClosest)));
  }

  std::string operator()(const PlotSteps& steps) const {
    std::string path;
    for (const PlotPoint& point : thin_line(placed(area, steps.points), kClosest)) {
      path += path.empty() ? "M" + pair(point) : "V" + number(point.y) + "H" + number(point.x);
    }
    return fmt::format(R"(<path class="line" stroke-width="{}" d="{}"/>)", number(steps.width), path);
  }

  std::string operator()(const PlotHistogram& histogram) const {
    std::string path;
    for (std::size_t bin = 0; bin < histogram.heights.size(); ++bin) {
      const PlotPoint from = area.place({histogram.edges[bin], histogram.heights[bin]});
      const PlotPoint to = area.place({histogram.edges[bin + 1], 0});
      if (bin == 0) path += "M" + number(from.x) + " " + number(to.y);
      path += "V" + number(from.y) + "H" + number(to.x);
      if (bin + 1 == histogram.heights.size()) path += "V" + number(to.y) + "Z";
    }
    return fmt::format(R"(<path class="bars" d="{}"/>)", path);
  }

  std::string operator()(const PlotWhiskers& whiskers) const {
    std::string path;
    for (const PlotWhiskers::Whisker& whisker : whiskers.whiskers) {
      const PlotPoint low = area.place({whisker.x, whisker.low}),
                      high = area.place({whisker.x, whisker.high});
      if (is_finite(low) && is_finite(high)) path += "M" + pair(low) + "V" + number(high.y);
    }
    return fmt::format(R"(<path class="line" stroke-width="1.4" d="{}"/>)", path);
  }
};

std::string colour_class(PlotColour colour) {
  return fmt::format("k{}", static_cast<int>(colour));
}

// Lines of the grid below, labels of the ticks and titles outside of the area.
std::string axes(const Plot& plot, const PlotArea& area) {
  std::string grid, labels;
  const double right = area.left + area.width, bottom = area.top + area.height;
  for (std::size_t i = 0; i < area.x_ticks.values.size(); ++i) {
    const double x = area.left + area.place({area.x_ticks.values[i], 0}).x;
    grid += fmt::format("M{} {}V{}", number(x), number(area.top), number(bottom));
    labels += fmt::format(R"(<text x="{}" y="{}" text-anchor="middle">{}</text>)", number(x),
                          number(bottom + 19), area.x_ticks.labels[i]);
  }
  for (std::size_t i = 0; i < area.y_ticks.values.size(); ++i) {
    const double y = area.top + area.place({0, area.y_ticks.values[i]}).y;
    grid += fmt::format("M{} {}H{}", number(area.left), number(y), number(right));
    labels += fmt::format(R"(<text x="{}" y="{}" text-anchor="end">{}</text>)", number(area.left - 6),
                          number(y + 4), area.y_ticks.labels[i]);
  }
  constexpr double kTitleSize = 12;
  const auto title = [](const std::string& text, double length) {
    return escape_markup(fit_text(text, length / kTitleSize));
  };
  return fmt::format(
      R"svg(<path class="grid" d="{}"/>{}<text class="axis" x="{}" y="{}" text-anchor="middle">{}</text>)svg"
      R"svg(<text class="axis" transform="translate(14 {}) rotate(-90)" text-anchor="middle">{}</text>)svg",
      grid, labels, number(area.left + area.width / 2), number(bottom + 39), title(plot.x.title, area.width),
      number(area.top + area.height / 2), title(plot.y.title, area.height));
}

}  // namespace

std::string draw_plot(const Plot& plot) {
  const PlotArea area = make_plot_area(plot);
  std::string svg = fmt::format(R"(<svg class="plot" viewBox="0 0 {} {}" role="img"><title>{}</title>)",
                                number(kPlotWidth), number(kPlotHeight), escape_markup(plot.title));
  svg += axes(plot, area);
  // The inner picture cuts off what lies outside, with room for dots on the border.
  constexpr double kRoom = 4;
  svg += fmt::format(R"(<svg x="{0}" y="{1}" width="{2}" height="{3}" viewBox="{4} {4} {2} {3}">)",
                     number(area.left - kRoom), number(area.top - kRoom), number(area.width + 2 * kRoom),
                     number(area.height + 2 * kRoom), number(-kRoom));
  for (const PlotLayer& layer : plot.layers) {
    const std::string opacity =
        layer.opacity < 1 ? fmt::format(R"( opacity="{:.2g}")", layer.opacity) : std::string();
    svg += fmt::format(R"(<g class="{}"{}>{}</g>)", colour_class(layer.colour), opacity,
                       std::visit(ShapeWriter{area}, layer.shape));
  }
  svg += fmt::format(R"(</svg><path class="frame" d="M{0} {1}V{2}H{3}"/></svg>)", number(area.left),
                     number(area.top), number(area.top + area.height), number(area.left + area.width));
  return svg;
}

std::string draw_legend(const Plot& plot) {
  std::string items;
  for (const PlotLayer& layer : plot.layers) {
    if (layer.name.empty()) continue;
    const auto* line = std::get_if<PlotLine>(&layer.shape);
    items += fmt::format(R"(<li class="{}"><svg viewBox="0 0 18 10" aria-hidden="true">{}</svg>{}</li>)",
                         colour_class(layer.colour),
                         std::holds_alternative<PlotDots>(layer.shape)
                             ? R"(<path class="dots" stroke-width="6" d="M9 5h0"/>)"
                             : fmt::format(R"(<path class="line{}" stroke-width="2" d="M1 5H17"/>)",
                                           line != nullptr && line->dashed ? " dashed" : ""),
                         escape_markup(layer.name));
  }
  return items.empty() ? items : "<ul class=\"legend\">" + items + "</ul>";
}

std::string plot_style() {
  return R"(.plot{display:block;width:100%;height:auto;font-family:inherit;font-size:11px;
font-variant-numeric:tabular-nums;fill:var(--soft)}
.plot .axis{font-size:12px;fill:var(--text)}
.grid{stroke:var(--line);fill:none}
.frame{stroke:var(--soft);fill:none}
.line{stroke:var(--k);fill:none;stroke-linejoin:round}
.dashed{stroke-dasharray:5 4}
.dots{stroke:var(--k);fill:none;stroke-linecap:round}
.bars{stroke:var(--k);stroke-width:1.6;fill:var(--k);fill-opacity:.13;stroke-linejoin:round}
.k0{--k:var(--blue)}.k1{--k:var(--orange)}.k2{--k:var(--green)}.k3{--k:var(--purple)}.k4{--k:var(--soft)}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1rem;list-style:none;margin:.2rem 0;padding:0;font-size:.82rem}
.legend svg{width:18px;height:10px;margin-right:.35rem}
.legend li{overflow-wrap:anywhere;min-width:0}
:root{--text:#1c2430;--soft:#5d6875;--line:#e1e5ea;
--blue:#0072b2;--orange:#d55e00;--green:#00805c;--purple:#a8548a}
@media screen and (prefers-color-scheme:dark){:root{--text:#e6e9ee;--soft:#9aa5b3;--line:#2e3744;
--blue:#56b4e9;--orange:#f08a3c;--green:#2cc79b;--purple:#dd92bd}}
)";
}

}  // namespace plstm
