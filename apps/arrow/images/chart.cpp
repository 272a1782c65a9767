#include "chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace plstm::arrow {
namespace {

constexpr int kPanelCols = 480, kPanelRows = 320;
constexpr int kLeft = 72, kRight = 20, kTop = 40, kBottom = 52;

// Numbers at an axis: from, from + step, ... up to about `to`. The step is 1, 2 or 5 times a power of ten.
struct Ticks {
  double from = 0, step = 1;
  int count = 2;
  double to() const { return from + step * (count - 1); }
};

Ticks round_ticks(double least, double most) {
  if (!(most > least)) most = least + std::max(1e-3, std::abs(least) * 0.1);
  const double rough = (most - least) / 5;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough * (1 - 1e-9)) step = factor * power;
  }
  Ticks ticks;
  ticks.step = step;
  ticks.from = std::floor(least / step + 1e-9) * step;
  ticks.count = static_cast<int>(std::ceil((most - ticks.from) / step - 1e-9)) + 1;
  return ticks;
}

std::string tick_label(double value, double step) {
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 6);
  return fmt::format("{:.{}f}", std::abs(value) < step * 1e-6 ? 0.0 : value, digits);
}

Ticks value_ticks(const Panel& panel) {
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (const Curve& curve : panel.curves) {
    for (const double value : curve.values) {
      if (!std::isfinite(value)) continue;
      least = std::min(least, value);
      most = std::max(most, value);
    }
  }
  if (least > most) least = 0, most = 1;  // nothing to show
  return round_ticks(panel.from_zero ? std::min(0.0, least) : least, most);
}

void draw_panel(Image& image, int left, const Panel& panel, const std::string& x_title) {
  const int top = kTop, bottom = kPanelRows - kBottom, right = left + kPanelCols - kRight;
  left += kLeft;
  std::size_t length = 1;
  for (const Curve& curve : panel.curves) length = std::max(length, curve.values.size());
  const Ticks values = value_ticks(panel);
  Ticks places = round_ticks(0, static_cast<double>(length));
  if (places.step < 1) places = {0, 1, static_cast<int>(length) + 1};
  const auto row_of = [&](double value) {
    return bottom - static_cast<int>(
                        std::lround((value - values.from) / (values.to() - values.from) * (bottom - top)));
  };
  const auto col_of = [&](double place) {
    return left + static_cast<int>(std::lround(place / places.to() * (right - left)));
  };
  for (int i = 0; i < values.count; ++i) {
    const double value = values.from + i * values.step;
    const std::string label = tick_label(value, values.step);
    draw_line(image, row_of(value), left, row_of(value), right, 1, kGrey);
    draw_text(image, row_of(value) - text_height(kTextScale) / 2, left - 8 - text_width(label, kTextScale),
              label, kTextScale, kBlack);
  }
  for (int i = 0; i < places.count; ++i) {
    const double place = i * places.step;
    const std::string label = tick_label(place, 1);
    draw_line(image, bottom, col_of(place), bottom + 4, col_of(place), 1, kBlack);
    draw_text(image, bottom + 8, col_of(place) - text_width(label, kTextScale) / 2, label, kTextScale,
              kBlack);
  }
  draw_line(image, top, left, bottom, left, 1, kBlack);
  draw_line(image, bottom, left, bottom, right, 1, kBlack);
  draw_text(image, bottom + 28, (left + right - text_width(x_title, kTextScale)) / 2, x_title, kTextScale,
            kBlack);
  draw_text(image, 14, left, panel.title, kTextScale, kBlack);
  int name_end = right;
  for (const Curve& curve : panel.curves) {
    name_end -= text_width(curve.name, kTextScale);
    draw_text(image, 14, name_end, curve.name, kTextScale, curve.colour);
    name_end -= 16;
    for (std::size_t i = 0; i < curve.values.size(); ++i) {
      const double here = curve.values[i], before = curve.values[i == 0 ? 0 : i - 1];
      if (!std::isfinite(here) || !std::isfinite(before)) continue;
      draw_line(image, row_of(before), col_of(static_cast<double>(i == 0 ? 1 : i)), row_of(here),
                col_of(static_cast<double>(i + 1)), 2, curve.colour);
    }
  }
}

}  // namespace

Image draw_charts(const std::vector<Panel>& panels, const std::string& x_title) {
  Image image = make_image(kPanelRows, kPanelCols * std::max(1, static_cast<int>(panels.size())), 3, 255);
  int left = 0;
  for (const Panel& panel : panels) {
    draw_panel(image, left, panel, x_title);
    left += kPanelCols;
  }
  return image;
}

}  // namespace plstm::arrow
