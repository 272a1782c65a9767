#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <plstm/learn/plots/number_format.hpp>

#include "learn/report/page.hpp"
#include "learn/report/sections.hpp"

namespace plstm {
namespace {

constexpr std::size_t kMostMembers = 20;  // whose curves are drawn

using Value = double EpochReport::*;

PlotLine curve_of(const ReportHistory& history, Value value) {
  PlotLine line;
  line.width = 1.3;
  for (const EpochReport& epoch : history) {
    if (std::isfinite(epoch.*value)) line.points.push_back({static_cast<double>(epoch.epoch), epoch.*value});
  }
  return line;
}

// The last epoch that was the best so far.
const EpochReport* best_of(const ReportHistory& history) {
  const auto best =
      std::find_if(history.rbegin(), history.rend(), [](const EpochReport& e) { return e.best; });
  return best == history.rend() ? nullptr : &*best;
}

// Adds a line for each member, and a dot where it was best.
void add_curves(const ReportData& data, Value value, PlotColour colour, const std::string& name, Plot& plot) {
  const std::size_t members = std::min(data.histories.size(), kMostMembers);
  PlotDots dots{{}, 3};
  bool named = false;
  for (std::size_t i = 0; i < members; ++i) {
    PlotLine line = curve_of(data.histories[i], value);
    if (line.points.empty()) continue;
    plot.layers.push_back({std::move(line), colour, named ? "" : name, members > 1 ? 0.65 : 1});
    named = true;
    const EpochReport* best = best_of(data.histories[i]);
    if (best != nullptr && value != &EpochReport::train_loss) {
      dots.points.push_back({static_cast<double>(best->epoch), best->*value});
    }
  }
  if (!dots.points.empty()) plot.layers.push_back({std::move(dots), colour, "best epoch of a member"});
}

}  // namespace

std::string training_figures(const ReportData& data) {
  const auto trained = [](const ReportHistory& history) { return !history.empty(); };
  const auto members = std::ranges::count_if(data.histories, trained);
  if (members == 0)
    return html_no_figure("Learning curves", "The epochs of the training are not known here.");
  PlotAxis epochs{"epoch"};
  epochs.whole = true;
  Plot loss{"Losses, epoch after epoch", epochs, {"loss"}, {}};
  add_curves(data, &EpochReport::train_loss, PlotColour::kOrange, "training rows", loss);
  add_curves(data, &EpochReport::validation_loss, PlotColour::kBlue, "validation rows", loss);
  const std::string drawn =
      std::ssize(data.histories) > static_cast<std::ptrdiff_t>(kMostMembers)
          ? fmt::format("The first {} of {} members.", kMostMembers, data.histories.size())
      : members == 1 ? "One member."
                     : fmt::format("One line for each of {} members.", members);
  std::string html = html_figure("Loss", loss, drawn);
  Plot metric{"Scores on the validation rows, epoch after epoch", epochs, {data.metric}, {}};
  add_curves(data, &EpochReport::validation_metric, PlotColour::kBlue, "validation rows", metric);
  if (metric.layers.empty()) {
    html += html_no_figure("Score on validation rows",
                           "There are no validation rows on which the score is defined.");
  } else {
    html += html_figure("Score on validation rows", metric, drawn);
  }
  return html;
}

}  // namespace plstm
